import { expect, test } from 'vitest';
import type { Calls } from '../../../src/exports/demo/card.ts';
import { rowsOf } from '../../../src/exports/demo/demo-rows.ts';
import { tables } from '../../../src/exports/demo/demo-tables.ts';

const calls: Calls = { seed: 1, cards: 2_000, days: 28, until: '2026-11-19' };
const cards = [...rowsOf.main(calls)];
const attempts = [...rowsOf.attempt(calls)];

test('makes the same calls of the same seed, others of another', () => {
  expect([...rowsOf.main(calls)]).toEqual(cards);
  expect([...rowsOf.main({ ...calls, seed: 2 })]).not.toEqual(cards);
});

test('has every code in it, and texts that are easily written wrong', () => {
  const all = (column: 'called' | 'codefinappel' | 'called_old') =>
    [...new Set(cards.map((card) => String(card[column])))].sort();
  expect(all('called')).toEqual(['B', 'D', 'N', 'O', 'X']);
  expect(all('called_old')).toEqual(['N', 'X', 'null']);
  expect(all('codefinappel')).toEqual(
    ['CAS PARTICULIER', 'CNADEF', 'CNANONDEF', 'CPLUS', 'Indisponible', 'RAPPEL', 'REFUS', 'null'].sort(),
  );
  expect(cards.some(({ customer_number }) => customer_number.startsWith('0'))).toBe(true);
  for (const sign of ['"', ';', '\n', '=', '+', '@'])
    expect(cards.some(({ remark }) => remark?.includes(sign))).toBe(true);
});

test('tells of a card what came of its last call, and of none after the last day', () => {
  const lastOf = new Map(attempts.map((attempt) => [attempt.main_id, attempt]));
  for (const card of cards) {
    const last = lastOf.get(card.id);
    expect(card.attempts).toBe(last?.number ?? 0);
    expect(card.dateappel).toBe(last?.started ?? null);
    expect(card.called === 'O').toBe(last?.status === 'ANSWERED');
    expect(card.datechargment >= '2026-10-23' && card.datechargment <= calls.until).toBe(true);
  }
  for (const { started } of attempts) expect(started < '2026-11-20').toBe(true);
  // In the order of their numbers.
  for (const [i, { main_id, started }] of attempts.slice(1).entries())
    if (attempts[i]!.main_id === main_id) expect(started > attempts[i]!.started).toBe(true);
});

test('wants 333 cards for the barometer, and has rejects and files closed early', () => {
  expect([...rowsOf.quota(calls)].reduce((sum, { wanted }) => sum + wanted, 0)).toBe(333);
  const rejects = [...rowsOf.load_reject(calls)];
  expect(new Set(rejects.map(({ reason }) => reason))).toEqual(new Set(['DUPLICATE', 'INVALID']));
  const files = new Set(cards.map(({ fichier }) => fichier));
  for (const { fichier } of rowsOf.closed_file(calls)) expect(files).toContain(fichier);
});

test('gives each row the columns of its table', () => {
  for (const [name, { columns }] of Object.entries(tables)) {
    const row: object = rowsOf[name as keyof typeof rowsOf](calls).next().value as object;
    expect(Object.keys(row).sort()).toEqual(Object.keys(columns).sort());
  }
});
