import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { endAbandoned, markMissed, startLedger } from '../../../src/exports/ledger/missed-periods.ts';
import { described } from '../../../src/exports/described.ts';
import { calendarOf } from '../../../src/exports/period.ts';
import { cards, openLedger, type LedgerAtWork } from './support.ts';

/** When a run makes which day, and when no more (docs/exports.md). */

let ledger: LedgerAtWork;
afterEach(() => ledger.close());

const out = () => readdirSync(path.join(ledger.root, 'out')).sort();

test('a tick in the hours makes and delivers its day once', async () => {
  ledger = await openLedger({ cards: cards() });
  expect(await ledger.run({ now: '2026-11-20T04:00:00Z' })).toMatchObject({
    outcome: 'done',
    counts: { produced: 1, delivered: 1, rows: 1 },
    changed: true,
  });
  expect(out()).toEqual(['cards_20261120.csv']);
  expect(readFileSync(path.join(ledger.root, 'out/cards_20261120.csv'), 'utf8')).toBe(
    'day;from\r\n2026-11-20;2026-11-19\r\n',
  );
  expect(readdirSync(path.join(ledger.root, 'data/exports/canal'))).toEqual(['cards_20261120.csv']);
  const [file] = await ledger.files('2026-11-20');
  expect(file).toMatchObject({ edition: 1, rows: 1, name: 'cards_20261120.csv' });
  expect(existsSync(file!.part)).toBe(false);
  // The next ticks of the same morning, a trigger by hand, and a backfill of it.
  for (const times of [
    { now: '2026-11-20T05:00:00Z' },
    { now: '2026-11-20T07:30:00Z', trigger: true },
    { now: '2026-11-21T12:00:00Z', nominal: '2026-11-20T04:00:00Z', started: '2026-11-21T12:00:00Z' },
  ])
    expect(await ledger.run(times)).toMatchObject({
      outcome: 'idle',
      counts: { delivered: 0 },
      changed: false,
    });
  expect(out()).toEqual(['cards_20261120.csv']);
  expect(await ledger.events('2026-11-20')).toEqual(['begun', 'produced', 'sent', 'delivered']);
});

test('what fails is tried again at the next tick, and missed after the last', async () => {
  ledger = await openLedger({ cards: cards("throw new Error('the database is away');") });
  await expect(ledger.run({ now: '2026-11-20T04:00:00Z' })).rejects.toThrow(
    /^2026-11-20: the export cards failed: .*the database is away; it is tried again at 2026-11-20T05:00:00.000Z$/,
  );
  expect(await ledger.periods()).toMatchObject([{ key: '2026-11-20', state: 'due', attempts: 1 }]);
  await expect(ledger.run({ now: '2026-11-20T05:00:00Z' })).rejects.toThrow(/at 2026-11-20T06/);
  ledger.write('exports/cards.ts', cards());
  expect(await ledger.run({ now: '2026-11-20T06:00:00Z' })).toMatchObject({ outcome: 'done' });

  ledger.write('exports/cards.ts', cards("throw new Error('it is away again');"));
  await expect(ledger.run({ now: '2026-11-21T07:00:00Z' })).rejects.toThrow(/no hour is left: it is missed/);
  expect(await ledger.periods()).toMatchObject(
    [{ state: 'delivered' }, { state: 'missed', reason: /away again/ }].map((row) => ({ state: row.state })),
  );
  expect(out()).toEqual(['cards_20261120.csv']);
});

test('a tick that a worker takes up after the hours is missed, and made by a backfill for its own day', async () => {
  ledger = await openLedger({ cards: cards() });
  await expect(ledger.run({ now: '2026-11-20T09:10:00Z', nominal: '2026-11-20T07:00:00Z' })).rejects.toThrow(
    /^2026-11-20 is missed: no worker ran it before its hours were over; `regie export run cards --day 2026-11-20` makes it$/,
  );
  expect(out()).toEqual([]);
  // The server starts a backfill now, with the nominal time of then.
  expect(
    await ledger.run({
      now: '2026-11-25T15:00:00Z',
      nominal: '2026-11-20T04:00:00Z',
      started: '2026-11-25T15:00:00Z',
    }),
  ).toMatchObject({ outcome: 'done' });
  expect(out()).toEqual(['cards_20261120.csv']);
});

test('the zone of the target says which day it is', async () => {
  ledger = await openLedger({ cards: cards().replace('Africa/Dakar', 'Pacific/Auckland') });
  // 20 November 04:00 in Auckland is the 19th 15:00 UTC, in summer.
  await ledger.run({ now: '2026-11-19T15:00:00Z' });
  // In winter one hour later.
  await ledger.run({ now: '2026-07-19T16:00:00Z' });
  expect(out()).toEqual(['cards_20260720.csv', 'cards_20261120.csv']);
});

test('a month is that before, due on the first', async () => {
  ledger = await openLedger({
    cards: cards().replace('timezone:', "period: 'month', timezone:").replace('{dd}', ''),
  });
  await ledger.run({ now: '2027-01-01T04:00:00Z' });
  expect(await ledger.periods()).toMatchObject([
    { key: '2026-12', businessDay: '2027-01-01', state: 'delivered' },
  ]);
  expect(readFileSync(path.join(ledger.root, 'out/cards_202612.csv'), 'utf8')).toContain(
    '2027-01-01;2026-12-01',
  );
});

test('days on which nothing lived are missed when the book is looked at; asked for, they are made once each', async () => {
  ledger = await openLedger({
    cards: cards().replace(
      'timezone:',
      "weekdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], holidays: ['11-11'], timezone:",
    ),
  });
  const { target } = await described(ledger.context());
  const calendar = calendarOf(target);
  const at = (iso: string) => Date.parse(iso);
  await startLedger(ledger.db, 'cards', calendar, at('2026-11-06T12:00:00Z'));
  await ledger.run({ now: '2026-11-10T04:00:00Z' });
  const close = () => markMissed(ledger.db, 'cards', target, calendar, at('2026-11-13T07:59:00Z'));
  // From the day after the beginning; the weekend, the holiday and the day in progress are not owed.
  expect(await close()).toEqual(['2026-11-09', '2026-11-12']);
  expect(await close()).toEqual([]);
  await ledger.ask({ from: '2026-11-07', to: '2026-11-13' }, '2026-11-13T12:00:00Z');
  expect((await ledger.periods()).map(({ key, state }) => `${key} ${state}`)).toEqual([
    '2026-11-09 delivered',
    '2026-11-10 delivered',
    '2026-11-12 delivered',
    '2026-11-13 delivered',
  ]);
  await expect(ledger.ask({ from: '2026-11-07', to: '2026-11-13' }, '2026-11-13T13:00:00Z')).rejects.toThrow(
    /^all 4 are there already: 2026-11-09 was delivered/,
  );
});

test('a run that an operator cancels leaves its day due; one whose worker is gone for good is missed in the end', async () => {
  ledger = await openLedger({
    cards: cards('await new Promise((go) => setTimeout(go, 30_000));').replace('*rows', 'async *rows'),
  });
  const { target } = await described(ledger.context());
  const calendar = calendarOf(target);
  await startLedger(ledger.db, 'cards', calendar, Date.parse('2026-11-20T03:00:00Z'));
  const cancelled = AbortSignal.timeout(1_500);
  const times = { now: '2026-11-20T04:00:00Z', signal: cancelled };
  await expect(ledger.run({ ...times, stopped: true })).rejects.toThrow(/timeout/);
  expect(await ledger.periods()).toMatchObject([{ state: 'due', reason: 'the run was cancelled' }]);
  await expect(
    ledger.run({ now: '2026-11-20T05:00:00Z', signal: AbortSignal.timeout(1_500) }),
  ).rejects.toThrow(/timeout/);
  expect(await ledger.periods()).toMatchObject([{ state: 'running' }]);
  // The run ledger knows nothing of it, as of a run that was forgotten there.
  const end = (now: number) => endAbandoned(ledger.pool, 'cards', calendar, now);
  expect(await end(Date.now() + 60_000)).toEqual([]);
  expect(await end(Date.now() + 11 * 60_000)).toEqual(['2026-11-20']);
  expect(await ledger.periods()).toContainEqual(
    expect.objectContaining({
      key: '2026-11-20',
      state: 'missed',
      reason: expect.stringMatching(/^its run ended/),
    }),
  );
});
