import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../task/errors.ts';
import type { ServeContext } from '../task/kind.ts';
import { described } from './described.ts';
import { endAbandoned, startLedger, markMissed } from './ledger/missed-periods.ts';
import type { ExportSettings } from './export-settings.ts';
import { calendarOf } from './period.ts';

/** How often it is looked whether hours are over, ms. */
const EVERY_MS = 60_000;

/** A module that hangs takes a processor for as long as loading may last: it is loaded less and less often, ms. */
const LONGEST_MS = 32 * EVERY_MS;

const pauseAfter = (broken: number) => Math.min(EVERY_MS * 2 ** Math.max(broken - 1, 0), LONGEST_MS);

/** Tells at the start of a worker whether the export can be loaded, and keeps its ledger: days whose hours are over without a file are missed. */
export async function serve(ctx: ServeContext<ExportSettings>): Promise<void> {
  const { task, pool, log, signal } = ctx;
  let told: string | undefined;
  let broken = 0;
  while (!signal.aborted) {
    try {
      const { target } = await described(ctx);
      told = undefined;
      broken = 0;
      const calendar = calendarOf(target);
      for (const key of await endAbandoned(pool, task, calendar, Date.now()))
        log.warn({ task, period: key }, `the run of ${key} ended before it was made and delivered`);
      if (target.period !== 'operation') {
        await startLedger(pool, task, calendar, Date.now());
        for (const key of await markMissed(pool, task, target, calendar, Date.now()))
          log.warn({ task, missed: key }, `${key} is missed; \`regie export ledger ${task}\` shows it`);
      }
    } catch (error) {
      // A broken module stops nothing but itself; told once, not every minute.
      const text = messageOf(error);
      if (!(error instanceof Error && error.name === 'BrokenExport')) throw error;
      if (text !== told) log.warn({ task }, text);
      told = text;
      broken += 1;
    }
    await sleep(pauseAfter(broken), undefined, { signal }).catch(() => undefined);
  }
}
