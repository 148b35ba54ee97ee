import { afterEach, expect, test } from 'vitest';
import { described } from '../../../src/exports/described.ts';
import { waiting } from '../../../src/exports/ledger/export-attention.ts';
import { poll } from '../../../src/exports/poll-ledger.ts';
import { request } from '../../../src/exports/run-request.ts';
import { cards, openLedger, type LedgerAtWork } from './support.ts';

/** Whoever only asks what there is to do must not write into the ledger: a day that nobody owes would stand there as due. */

let ledger: LedgerAtWork;
afterEach(() => ledger.close());

test('a look finds work, and opens no row', async () => {
  ledger = await openLedger({ cards: cards() });
  expect(
    await poll({ ...ledger.context(), nominal: new Date('2026-11-20T12:00:00Z'), pending: null }),
  ).toEqual({ work: true });
  expect(await ledger.periods()).toEqual([]);
});

test('what was asked for waits, until a run has dealt with it; to tell that loads no module', async () => {
  ledger = await openLedger({ cards: cards() });
  expect(await waiting(ledger.context())).toEqual([]);
  await request(ledger.context(), { day: '2026-11-20' }, 'me@here');
  ledger.write('exports/cards.ts', 'this is no module');
  expect(await waiting(ledger.context())).toMatchObject([{ what: 'files asked for', count: 1 }]);
  ledger.write('exports/cards.ts', cards());
  await ledger.run({ now: '2026-11-26T12:00:00Z', trigger: true, options: { by: 'me@here' } });
  expect(await waiting(ledger.context())).toEqual([]);
});

test('a module that cannot be loaded is loaded once for questions of the same moment', async () => {
  ledger = await openLedger({ cards: 'this is no module' });
  const first = described(ledger.context());
  await expect(first).rejects.toThrow(/cannot be loaded/);
  expect(described(ledger.context())).toBe(first);
});
