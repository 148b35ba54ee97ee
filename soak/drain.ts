import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { openPool } from '../src/store/connection.ts';
import { keptIn } from '../test/e2e/support/snapshot.ts';
import type { Installation } from './installation.ts';
import type { Journal } from './journal.ts';

const TASKS = ['svcLoadJson', 'svcAggregate'];
/** Nothing is left to load, to aggregate, or in progress. */
const LEFT = `select (select count(*)::int from weather.dirty_hour) as hours,
  (select count(*)::int from regie.run where ended_at is null) as runs`;

/**
 * Starts whatever was killed, stopped or held, and waits until everything that was sent is loaded and aggregated. Throws,
 * with what is left, when that takes longer than `within` ms.
 */
export async function drain(
  installation: Installation,
  journal: Journal,
  within: number,
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + within;
  for (const service of installation.services) await installation.ready(service, signal);
  await insist(installation, ['scheduler', 'start'], until, signal);
  for (const task of TASKS) await insist(installation, ['start', task], until, signal);
  const pool = openPool(await installation.databaseUrl(), { max: 1 });
  try {
    for (;;) {
      const { left } = keptIn(path.join(installation.root, 'data/weather'));
      const { rows } = await pool.query<{ hours: number; runs: number }>(LEFT);
      const { hours, runs } = rows[0]!;
      journal.note('draining', { files: left.length, hours, runs });
      if (left.length === 0 && hours === 0 && runs === 0) return;
      if (Date.now() > until)
        throw new Error(
          `after ${within / 1_000} s there are still ${left.length} files (${left[0] ?? ''} …), ${hours} hours, ${runs} runs`,
        );
      // A task that failed while its servers were away waits for longer and longer; a run that is asked for does not.
      if (runs === 0) for (const task of TASKS) await installation.regie('run', task);
      await sleep(2_000, undefined, { signal });
    }
  } finally {
    await pool.end();
  }
}

/** Until it is done, or refused because it is done already: a busy machine lets a command's one second pass. */
async function insist(
  installation: Installation,
  args: readonly string[],
  until: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const { code, out, err } = await installation.regie(...args);
    if (code === 0 || code === 5) return;
    if (Date.now() > until) throw new Error(`regie ${args.join(' ')} ended with ${code}: ${err || out}`);
    await sleep(1_000, undefined, { signal });
  }
}
