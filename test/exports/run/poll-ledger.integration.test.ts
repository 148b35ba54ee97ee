import { afterEach, expect, test } from 'vitest';
import { described } from '../../../src/exports/described.ts';
import { waiting } from '../../../src/exports/ledger/attention.ts';
import { poll } from '../../../src/exports/poll-ledger.ts';
import { request } from '../../../src/exports/request.ts';
import { cards, openBooks, type Books } from './support.ts';

/** Whoever only asks what there is to do must not write into the ledger: a day that nobody owes would stand there as due. */

let books: Books;
afterEach(() => books.close());

test('a look finds work, and opens no row', async () => {
  books = await openBooks({ cards: cards() });
  expect(
    await poll({ ...books.context(), nominal: new Date('2026-11-20T12:00:00Z'), pending: null }),
  ).toEqual({ work: true });
  expect(await books.units()).toEqual([]);
});

test('what was asked for waits, until a run has dealt with it; to tell that loads no module', async () => {
  books = await openBooks({ cards: cards() });
  expect(await waiting(books.context())).toEqual([]);
  await request(books.context(), { day: '2026-11-20' }, 'me@here');
  books.write('exports/cards.ts', 'this is no module');
  expect(await waiting(books.context())).toMatchObject([{ what: 'files asked for', count: 1 }]);
  books.write('exports/cards.ts', cards());
  await books.run({ now: '2026-11-26T12:00:00Z', trigger: true, options: { by: 'me@here' } });
  expect(await waiting(books.context())).toEqual([]);
});

test('a module that cannot be loaded is loaded once for questions of the same moment', async () => {
  books = await openBooks({ cards: 'this is no module' });
  const first = described(books.context());
  await expect(first).rejects.toThrow(/cannot be loaded/);
  expect(described(books.context())).toBe(first);
});
