import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { described } from '../../../src/exports/described.ts';
import { endAbandoned } from '../../../src/exports/ledger/missed-periods.ts';
import { attention } from '../../../src/exports/ledger/export-attention.ts';
import { calendarOf } from '../../../src/exports/period.ts';
import { cards, openLedger, type LedgerAtWork } from './support.ts';

/** What the ledger says of periods whose run ended in the middle, and of files that nobody brings anywhere by itself. */

let ledger: LedgerAtWork;
afterEach(() => ledger.close());

const failing = cards("throw new Error('it is away');");

/** A run that leaves a period in the middle: of one that is cancelled the ledger hears no more. */
async function leave(run: string): Promise<void> {
  await ledger.db.query("update export.period set state = 'running', reason = null, run = $1", [run]);
}

const note = (run: string, ended: boolean) =>
  ledger.db.query(
    `insert into regie.run (run_id, id, task, kind, nominal, ended_at, outcome)
     values (gen_random_uuid(), $1, 'cards', 'export', now(), $2, $3)`,
    [run, ended ? new Date() : null, ended ? 'cancelled' : null],
  );

async function look(now: string): Promise<string[]> {
  const calendar = calendarOf((await described(ledger.context())).target);
  return endAbandoned(ledger.pool, 'cards', calendar, Date.parse(now));
}

test('a day whose run was cancelled is not called running: it is due while its hours last, then missed', async () => {
  ledger = await openLedger({ cards: failing });
  await expect(ledger.run({ now: '2026-11-20T04:00:00Z' })).rejects.toThrow('it is away');
  await leave('run/one');
  expect(await ledger.periods()).toMatchObject([{ state: 'running' }]);
  // The engine knows of no end yet: it may be tried again after a crash.
  await note('run/one', false);
  expect(await look('2026-11-20T04:10:00Z')).toEqual([]);
  await ledger.db.query('update regie.run set ended_at = now()');
  expect(await look('2026-11-20T04:10:00Z')).toEqual(['2026-11-20']);
  expect(await look('2026-11-20T04:10:00Z')).toEqual([]);
  expect(await ledger.periods()).toMatchObject([{ state: 'due' }]);

  await leave('run/two');
  await note('run/two', true);
  expect(await look('2026-11-20T08:00:00Z')).toEqual(['2026-11-20']);
  expect((await attention(ledger.context())).latest[0]?.text).toBe(
    '2026-11-20 is missed: its run ended before it was made: it was stopped, cancelled or given up',
  );
  expect(await ledger.events('2026-11-20')).toEqual(['begun', 'attempt failed', 'abandoned', 'abandoned']);
});

test('what was asked for and then cancelled is asked for no more', async () => {
  ledger = await openLedger({ cards: failing });
  await ledger.ask({ day: '2026-11-19' }, '2026-11-20T12:00:00Z').catch(() => undefined);
  await leave('run/one');
  await ledger.db.query("update export.period set requested_by = 'me@here'");
  await note('run/one', true);
  expect(await look('2026-11-20T12:05:00Z')).toEqual(['2026-11-19']);
  expect(await ledger.periods()).toMatchObject([{ state: 'missed', requestedBy: null }]);
});

test('a file that its run made and did not bring away is told of', async () => {
  ledger = await openLedger({ cards: cards() });
  await ledger.run({ now: '2026-11-20T07:00:00Z', run: 'run/one' });
  await ledger.db.query("update export.period set state = 'produced', reason = null");
  await note('run/one', true);
  expect(await look('2026-11-20T07:05:00Z')).toEqual(['2026-11-20']);
  expect((await attention(ledger.context())).latest[0]?.text).toMatch(
    /^2026-11-20 is made but not delivered: its run ended before it was delivered/,
  );
});

test('a delivery that no hour tries again says what does', async () => {
  ledger = await openLedger({ cards: cards() });
  rmSync(path.join(ledger.root, 'out'), { recursive: true });
  await expect(ledger.run({ now: '2026-11-20T06:00:00Z' })).rejects.toThrow(/at 2026-11-20T07:00:00.000Z$/);
  await expect(ledger.run({ now: '2026-11-20T07:00:00Z' })).rejects.toThrow(
    /; `regie export redeliver cards` tries again when that is mended$/,
  );
});

test('a file whose name is taken waits, and the task says so', async () => {
  ledger = await openLedger({ cards: cards() });
  const folder = path.join(ledger.root, 'data/exports/canal');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'cards_20261120.csv'), 'somebody else’s');
  await expect(ledger.run({ now: '2026-11-20T04:00:00Z' })).rejects.toThrow(/is another file; move it away/);
  expect((await attention(ledger.context())).latest[0]?.text).toMatch(
    /^2026-11-20 is made but not delivered: .*is another file/,
  );
  rmSync(path.join(folder, 'cards_20261120.csv'));
  expect(await ledger.run({ now: '2026-11-20T05:00:00Z' })).toMatchObject({ counts: { delivered: 1 } });
});
