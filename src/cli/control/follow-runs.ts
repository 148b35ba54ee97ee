import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Config } from '../../task/config.ts';
import type { Output } from '../../command/output.ts';
import { LogReader } from './log-reader.ts';
import { entryLine } from './show-log.ts';

/** How often it looks for more. */
const pause = 500;

/** Prints until `signal` what the runs of all tasks do: how each ended, and the steps of those that are traced. */
export async function followRuns(
  out: Output,
  config: Config,
  pool: Pool,
  signal: AbortSignal,
): Promise<void> {
  const readers = config.tasks.map((task) => ({ task, reader: new LogReader(pool, task.name) }));
  for (const { reader } of readers) await reader.skip().catch(() => undefined);
  while (!signal.aborted) {
    for (const { task, reader } of readers) {
      // A database that restarts is told by the worker's log; the lines that were missed come after it.
      for (const entry of await reader.fresh().catch(() => [])) {
        if (entry.what !== 'began') out.line(entryLine(task, entry, out.colors, { named: true }));
      }
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}
