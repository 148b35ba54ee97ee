import { createContext, Script } from 'node:vm';

const context = createContext({ work: () => undefined as unknown });
const script = new Script('work()');

/** Thrown by `withinTime`. */
export class TookTooLong extends Error {
  constructor(ms: number) {
    super(`gave no answer within ${ms} ms`);
    this.name = 'TookTooLong';
  }
}

/**
 * Gives what `work` gives; it must not wait for anything. Throws `TookTooLong` when it takes more than `ms`: some
 * regular expressions, `^(a+)+$`, take years for some names, and nothing but this stops one.
 */
export function withinTime<T>(ms: number, work: () => T): T {
  context['work'] = work;
  try {
    return script.runInContext(context, { timeout: ms }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TookTooLong(ms);
    throw error;
  } finally {
    context['work'] = () => undefined;
  }
}
