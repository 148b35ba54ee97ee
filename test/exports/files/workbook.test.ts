import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, PlainDate, PlainDateTime } from '../../../src/exports/api/cell.ts';
import { readBack, table, written } from './support/written.ts';

const types = ['xlsx', 'xls'] as const;

describe.each(types)('an .%s file', (type) => {
  test('keeps the types of its cells', async () => {
    const header = ['cell', 'of what'];
    const rows = [
      [0, 'zero'],
      [-12.5, 'number'],
      ['0612345678', 'leading zero'],
      ['=1+1', 'formula'],
      [true, 'truth'],
      [new Decimal('1234.50'), 'decimal'],
      [42n, 'bigint'],
      [null, 'null'],
      [9_007_199_254_740_993n, 'long bigint'],
      [4_970_101_234_567_890, 'long number'],
      [new Decimal('0.12345678901234567'), 'long decimal'],
      [new Decimal('NaN'), 'no number'],
      ['Ünï©ode 😀', 'letters'],
    ] as const;
    const { path, ...outcome } = await written(type, [table('classique', header, rows)]);
    const sheets = await readBack(path);
    expect(Object.keys(sheets)).toEqual(['classique']);
    expect(sheets['classique']!.map(([cell]) => cell)).toEqual([
      'cell',
      0,
      -12.5,
      '0612345678',
      '=1+1',
      true,
      1234.5,
      42,
      null,
      '9007199254740993',
      '4970101234567890',
      '0.12345678901234567',
      'NaN',
      'Ünï©ode 😀',
    ]);
    const bytes = readFileSync(path);
    expect(outcome).toEqual({
      rows: rows.length,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      replaced: 0,
      sheets: [{ name: 'classique', rows: rows.length }],
    });
  });

  test('has dates as dates, in local time', async () => {
    const moment = new Date('2026-07-01T22:30:00.900Z');
    const rows = [[new PlainDate('2026-11-20'), new PlainDateTime('2026-11-20 08:15:00.75'), moment]];
    const { path } = await written(type, [table('A', ['a', 'b', 'c'], rows)]);
    expect((await readBack(path))['A']![1]).toEqual([
      new Date('2026-11-20T00:00:00Z'),
      new Date('2026-11-20T08:15:00Z'),
      new Date('2026-07-02T00:30:00Z'),
    ]);
  });

  test('turns what spreadsheets have no date for into text', async () => {
    const rows = [
      ['infinity', '0044-03-15 BC', '1899-12-31', '1900-02-28'].map((text) => new PlainDate(text)),
    ];
    const { path } = await written(type, [table('A', ['a', 'b', 'c', 'd'], rows)]);
    expect((await readBack(path))['A']![1]).toEqual([
      'infinity',
      '0044-03-15 BC',
      '1899-12-31',
      '1900-02-28',
    ]);
  });

  test('keeps any text, however long or odd', async () => {
    const texts = [
      ' edges ',
      'two\nlines',
      'a\tb',
      '<&>"\'',
      'é'.repeat(256),
      'x'.repeat(32_767),
      '日本語'.repeat(4_000),
    ];
    const { path } = await written(type, [
      table(
        'A',
        ['text'],
        texts.map((text) => [text]),
      ),
    ]);
    expect((await readBack(path))['A']!.slice(1).map(([text]) => text)).toEqual(texts);
  });

  test('gives back any text and any number', async () => {
    const cells = fc.array(
      fc.tuple(
        fc.oneof(
          fc.string({ unit: 'binary', minLength: 1 }),
          fc.constantFrom('_x0041_', '\r\n', '\u0000', '_x005F_x0041_', "'", '"', '\uFEFFa', '\u2028'),
        ),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      ),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(cells, async (rows) => {
        const { path } = await written(type, [table('A', ['text', 'number'], rows)]);
        const expected = rows.map(([text, value]) => [
          text,
          Number.isSafeInteger(value) && Math.abs(value) >= 1e15 ? String(value) : value + 0,
        ]);
        expect((await readBack(path))['A']!.slice(1)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test('has several sheets with valid names, each only once', async () => {
    const one = (name: string) => table(name, ['id'], [[name]]);
    const names = ['main', 'Main', 'a/b:c', "l'été", 'n'.repeat(40), 'n'.repeat(40), 'History', "'quoted'"];
    const { path, sheets } = await written(type, names.map(one));
    const expected = [
      'main',
      'Main (2)',
      'a_b_c',
      "l'été",
      'n'.repeat(31),
      `${'n'.repeat(27)} (2)`,
      'History_',
      '_quoted_',
    ];
    expect(sheets).toEqual(expected.map((name) => ({ name, rows: 1 })));
    expect(Object.entries(await readBack(path))).toEqual(
      expected.map((name, i) => [name, [['id'], [names[i]]]]),
    );
  });

  test('has only headers when there are no rows, and none when it is to have none', async () => {
    const tables = [table('A', ['id'], []), table('B', ['id'], [])];
    const { path, rows } = await written(type, tables);
    expect(rows).toBe(0);
    expect(await readBack(path)).toEqual({ A: [['id']], B: [['id']] });
    const bare = await written(type, [table('A', ['id'], [[7]])], { headerRow: false });
    expect(await readBack(bare.path)).toEqual({ A: [[7]] });
  });
});
