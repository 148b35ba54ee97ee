import { describe, expect, test } from 'vitest';
import { Decimal, PlainDate, PlainDateTime } from '../../../src/exports/api/cell.ts';
import { noOffice, office } from './support/office.ts';
import { table, written } from './support/written.ts';

const types = ['xlsx', 'xls'] as const;

// Without LibreOffice these are skipped; Debian has it as libreoffice-calc-nogui.
describe.skipIf(noOffice).each(types)('LibreOffice reads an .%s file', { timeout: 120_000 }, (type) => {
  test('with its cells as they are to be shown', async () => {
    const header = [
      'phone',
      'number',
      'amount',
      { name: 'price', decimals: 2 },
      'day',
      { name: 'french', format: 'dd/MM/yyyy' },
      { name: 'minutes', format: "yyyy-MM-dd HH'h'mm" },
      { name: 'fraction', format: 'HH:mm:ss.SSS' },
      'moment',
      'truth',
      'formula',
      'long',
    ];
    const row = [
      '0612345678',
      0,
      new Decimal('1234.50'),
      new Decimal('0.3333333333333333333333'),
      new PlainDate('2026-02-03'),
      new PlainDate('2026-02-03'),
      new PlainDateTime('2026-02-03 04:05:06'),
      new PlainDateTime('2026-02-03 04:05:06.789'),
      new Date('2026-07-01T22:30:00Z'),
      false,
      '=1+1',
      123_456_789_012_345,
    ];
    const { path } = await written(type, [table('A', header, [row])]);
    // In CSV it writes truth of any .xls file as a number, of its own too.
    const no = type === 'xls' ? '0' : 'FALSE';
    expect(await office(path)).toEqual({
      A: [
        'phone;number;amount;price;day;french;minutes;fraction;moment;truth;formula;long',
        `0612345678;0;1234.50;0.33;2026-02-03;03/02/2026;2026-02-03 04'h'05;04:05:06.789;2026-07-02 00:30:00;${no};=1+1;123456789012345`,
      ],
    });
  });

  test('with control characters, which XML lacks', async () => {
    const { path } = await written(type, [table('A', ['text'], [['a\u0001b_x0041_c']])]);
    expect(await office(path)).toEqual({ A: ['text', 'a\u0001b_x0041_c'] });
  });
});
