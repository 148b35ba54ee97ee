import type { ZodType } from 'zod';
import type { Parameters } from '../api/export-context.ts';
import type { Session, SessionOptions, Statement } from './source-session.ts';

/** What a source's settings are resolved with. */
export interface SourceContext {
  /** Folder of `regie.config.ts`: relative paths start there. */
  root: string;
  /** The address of Regie's own PostgreSQL, with its password. */
  ownDatabase(): Promise<string>;
}

/**
 * A type of sources, such as PostgreSQL: one object. The built-in ones are listed in `sources/settings.ts`; a user's stands in the configuration,
 * as the `type` of a source. Its settings are checked and resolved by the worker; it is opened in the process of an export, which sees neither
 * the worker's environment nor its secrets, and loads `regie.config.ts` once more for it.
 */
export interface SourceType<
  Name extends string = string,
  Settings extends object = object,
  Input = unknown,
  Connection extends object = object,
> {
  /** A word, for messages. */
  readonly name: Name;
  /** Checks the settings of a source, without their `type`, and fills in the defaults; secrets are references. */
  readonly settings: ZodType<Settings, Input>;
  /**
   * Makes of them what `open` gets: reads secrets (`resolveSecret`) and files that only the worker sees. Plain data, without a property `type`; what is
   * called `password`, `token`, `secret` or `…key` is hidden wherever an export says it. Left out: the settings as they are.
   */
  resolve?(settings: Settings, context: SourceContext): Connection | Promise<Connection>;
  /** Opens a session for one query or one script. Load drivers in here. Rejects when the source cannot be reached. */
  open(connection: Connection, options: SessionOptions): Promise<Session>;
  /**
   * Cuts a script into its statements; the rows of the last are wanted. Left out: there are no scripts.
   * @throws {Error} for a parameter without a value, or no statement.
   */
  split?(script: string, parameters: Parameters): readonly Statement[];
}

/** Declares a type of sources; only gives its settings and its connections their types. */
export function defineSourceType<
  const Name extends string,
  Settings extends object,
  Input,
  Connection extends object = Settings,
>(type: SourceType<Name, Settings, Input, Connection>): SourceType<Name, Settings, Input, Connection> {
  return type;
}
