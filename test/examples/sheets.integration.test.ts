import { readFileSync } from 'node:fs';
import { readXls, readXlsx } from 'hucre';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowsOf } from '../../src/exports/demo/demo-rows.ts';
import { callCentre, cells, type CallCentre } from './support.ts';

let centre: CallCentre;
beforeAll(async () => {
  centre = await callCentre();
});
afterAll(() => centre.remove());

/** What a date or local time is for the reader of the sheets. */
const moment = (text: string | null) =>
  text === null ? null : new Date(`${text.replace(' ', 'T')}${text.length > 10 ? '' : 'T00:00:00'}Z`);

/** The cells of a row up to the last that is not empty: where there is none, a reader of .xls may see none. */
const filled = (row: readonly unknown[]) => row.slice(0, row.findLastIndex((cell) => cell !== null) + 1);

test('end-of-operation has a sheet each for the cards of a segment, duplicates and invalid lines', async () => {
  const { file, verdict } = await centre.make('end-of-operation', {
    type: 'operation',
    operation: 'V02',
  });
  expect(file.name).toBe('end_of_operation_V02.xls');
  expect(verdict).toEqual({ verdict: 'deliver' });
  const { sheets } = await readXls(readFileSync(file.path));
  expect(sheets.map(({ name }) => name)).toEqual(['main', 'duplicates', 'invalid']);

  const cards = centre.cards.filter(({ segment }) => segment === 'V02');
  expect(cards.some(({ customer_number }) => customer_number.startsWith('0'))).toBe(true);
  expect(sheets[0]!.rows.slice(1).map(filled)).toEqual(
    cards.map((card) =>
      filled([
        card.id,
        card.fichier,
        moment(card.datechargment),
        ...cells(card, 'customer_number card_number phone1 country'),
        Number(card.amount),
        ...cells(card, 'codefinappel coderefus called'),
        moment(card.dateappel),
        card.attempts,
        card.duration,
      ]),
    ),
  );
  for (const [i, reason] of ['DUPLICATE', 'INVALID'].entries()) {
    const rejects = [...rowsOf.load_reject(centre.calls)].filter(
      (reject) => reject.segment === 'V02' && reject.reason === reason,
    );
    expect(rejects.length).toBeGreaterThan(0);
    expect(sheets[i + 1]!.rows).toEqual([
      ['fichier', 'ligne', 'numero_client', 'telephone', 'detail'],
      ...rejects.map((reject) => cells(reject, 'fichier line customer_number phone detail')),
    ]);
  }
});

test('end-of-operation says that a segment has no cards', async () => {
  const { verdict } = await centre.make('end-of-operation', { type: 'operation', operation: 'v2' });
  expect(verdict).toEqual({
    verdict: 'fail',
    reason: 'the segment v2 has no cards; is it written rightly?',
  });
});

test('billing-month counts the calls from the first of the month before to the first of this one', async () => {
  const { file } = await centre.make('billing-month', { type: 'month', businessDay: '2026-11-01' });
  expect(file.name).toBe('billing_canal_202610.xlsx');
  const { sheets } = await readXlsx(readFileSync(file.path));
  expect(sheets.map(({ name }) => name)).toEqual(['classique']);
  expect(sheets[0]!.rows[0]).toEqual(
    'fichier segment premier_appel dernier_appel appels decroches secondes ventes montant_xof'.split(' '),
  );
  expect(sheets[0]!.rows.slice(1)).toEqual(bills('2026-10'));
});

/** A row for each file that was called in a month. */
function bills(month: string): unknown[][] {
  const cardOf = new Map(centre.cards.map((card) => [card.id, card]));
  const calls = centre.attempts
    .filter(({ started }) => started.startsWith(month))
    .map((attempt) => ({ ...attempt, card: cardOf.get(attempt.main_id)! }));
  const keyOf = ({ card }: (typeof calls)[number]) => `${card.segment} ${card.fichier}`;
  return [...new Set(calls.map(keyOf))].sort().map((key) => {
    const own = calls.filter((call) => keyOf(call) === key);
    const { fichier, segment } = own[0]!.card;
    const times = own.map(({ started }) => started).sort();
    const answered = own.filter(({ status }) => status === 'ANSWERED');
    const seconds = own.reduce((sum, { duration }) => sum + duration, 0);
    const sales = answered.filter(({ card }) => card.codefinappel === 'CPLUS').length;
    const amount = answered.length * 350 + (own.length - answered.length) * 25;
    return [
      fichier,
      segment,
      moment(times[0]!),
      moment(times.at(-1)!),
      own.length,
      answered.length,
      seconds,
      sales,
      amount,
    ];
  });
}
