import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Output } from '../command/output.ts';
import type { Config, Task } from '../task/config.ts';

/** What `regie up --sample` gives to a module whose tasks have something beside them. */
export interface Beside {
  config: Config;
  signal: AbortSignal;
  /** A line for the operator. */
  say: (line: string) => void;
}

/** What a module gets to show a new installation what it does. */
export interface Where extends Beside {
  pool: Pool;
  /** Names of the tasks that something of the sample runs beside. */
  served: ReadonlySet<string>;
  /**
   * Has a task run now, not at its next tick. @throws the control workflow's refusal, or the signal's reason: once the worker
   * has gone nobody answers any more.
   */
  runNow(task: Task): Promise<void>;
}

/** What a new installation was shown. */
export interface FirstLook {
  /** For `--json`. */
  sample: object;
  describe(colors: Output['colors']): string;
}

/** Long enough for a busy small machine; then what there is is shown. */
const DONE_WITHIN_MS = 120_000;

/** Waits until a query of one column `done` says so, `signal` is aborted, or two minutes are over. */
export async function untilTrue(
  pool: Pool,
  signal: AbortSignal,
  query: { text: string; values: unknown[] },
): Promise<void> {
  const end = Date.now() + DONE_WITHIN_MS;
  while (!signal.aborted && Date.now() < end) {
    const { rows } = await pool.query<{ done: boolean }>(query);
    if (rows[0]?.done) return;
    await sleep(250, undefined, { signal }).catch(() => undefined);
  }
}
