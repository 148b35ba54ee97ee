import { setTimeout as sleep } from 'node:timers/promises';
import type { ServeContext } from '../task/kind.ts';
import { messageOf } from '../task/errors.ts';
import { described } from './described.ts';
import { beginBook, closeBook } from './ledger/close.ts';
import type { ExportSettings } from './settings.ts';
import { calendarOf } from './timing/unit.ts';

/** How often it is looked whether hours are over, ms. */
const EVERY_MS = 60_000;

/** Tells at the start of a worker whether the export can be loaded, and keeps its book: days whose hours are over without a file are missed. */
export async function serve(ctx: ServeContext<ExportSettings>): Promise<void> {
  const { task, pool, log, signal } = ctx;
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      const { target } = await described(ctx);
      told = undefined;
      const calendar = calendarOf(target);
      if (target.period !== 'operation') {
        await beginBook(pool, task, calendar, Date.now());
        for (const key of await closeBook(pool, task, target, calendar, Date.now()))
          log.warn({ task, missed: key }, `${key} is missed; \`regie export ledger ${task}\` shows it`);
      }
    } catch (error) {
      // A broken module stops nothing but itself; told once, not every minute.
      const text = messageOf(error);
      if (!(error instanceof Error && error.name === 'BrokenExport')) throw error;
      if (text !== told) log.warn({ task }, text);
      told = text;
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
