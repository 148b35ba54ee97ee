import type { ResolvedConnection } from '../sources/settings.ts';

/** The sources that an export may read: names, and how to reach one, which is asked only when the export opens it. */
export interface Sources {
  names: readonly string[];
  /** The configuration that declares them, absolute. */
  config?: string;
  /** Settings of the connection, secrets resolved: they go to the child process over its channel, never by arguments or environment. */
  connect(name: string): Promise<ResolvedConnection>;
}
