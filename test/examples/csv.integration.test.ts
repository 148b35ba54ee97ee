import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { africaCalls, barometer, blockedMachines, closedCards, welcomeCall } from './expected.ts';
import { callCentre, type CallCentre } from './support.ts';

let centre: CallCentre;
beforeAll(async () => {
  centre = await callCentre();
});
afterAll(() => centre.remove());

test.for([
  ['closed-cards', 'fiches_cloturees_20261120.csv', closedCards],
  ['africa-calls', 'appels_sur_afrique_20261120.csv', africaCalls],
  ['quality-barometer', 'barometre_qualite_20261120.csv', barometer],
  ['blocked-answering-machines', 'repondeurs_bloques_20261120.csv', blockedMachines],
] as const)('%s writes what the generated calls come to', async ([name, file, expected]) => {
  const produced = await centre.make(name);
  expect(produced.file.name).toBe(file);
  expect(produced.verdict).toEqual({ verdict: 'deliver' });
  expect(produced.file.rows).toBeGreaterThan(0);
  expect(readFileSync(produced.file.path, 'utf8')).toBe(expected(centre));
});

test('welcome-call writes 39 columns for Excel', async () => {
  const { file, titles } = await centre.make('welcome-call');
  expect(file.name).toBe('export_welcome_call_20261120.csv');
  expect(titles).toHaveLength(39);
  // Ŋ is in no French code page; the apostrophe ’ is, and not where Latin-1 has it.
  const expected = welcomeCall(centre);
  expect(file.replaced).toBe(expected.split('Ŋ').length - 1);
  expect(file.replaced).toBeGreaterThan(0);
  // Not by Node's decoder of that name, which in some versions reads Latin-1.
  const text = readFileSync(file.path, 'latin1').replaceAll('\x92', '’');
  expect(text).toBe(expected.replaceAll('Ŋ', '?'));
});

test('quality-barometer is held when it has not exactly 333 lines', async () => {
  const small = await callCentre({ cards: 1_000 });
  try {
    const { file, verdict } = await small.make('quality-barometer');
    expect(readFileSync(file.path, 'utf8')).toBe(barometer(small));
    expect(file.rows).toBeLessThan(333);
    expect(verdict).toEqual({ verdict: 'hold', reason: `333 lines expected, got ${file.rows}` });
  } finally {
    await small.remove();
  }
});
