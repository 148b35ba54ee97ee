import type { Port } from '../../src/task/kind.ts';

/** The port of a run that nobody watches, traces or stops. */
export const quietPort = (): Port => ({
  signal: new AbortController().signal,
  progress: () => undefined,
  trace: () => undefined,
  traced: false,
  changed: () => undefined,
  incident: async () => undefined,
  resolved: async () => undefined,
  shouldStop: async () => false,
});
