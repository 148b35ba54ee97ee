import { describe, expect, test } from 'vitest';
import { checkDefinition } from '../../../src/exports/api/check-definition.ts';
import {
  CsvExport,
  defineExport,
  XlsExport,
  type ExportContext,
  type Row,
  type Target,
} from '../../../src/index.ts';

class Csv extends CsvExport {
  override header = ['id'];
  override rows(): Iterable<Row> {
    return [];
  }
}

class Xls extends XlsExport {
  override header = ['id'];
  override rows(): Iterable<Row> {
    return [[1]];
  }
}

const csv = { header: ['id'], rows: () => [] };

/** An export whose properties are what a user who does not heed the types may write. */
function changed(base: new () => object, change: Record<string, unknown>): object {
  return Object.assign(new base(), change);
}

const say = (exports: Record<string, unknown>) => () => checkDefinition(exports, 'closed');

describe('the default export', () => {
  test.each([
    [{}, 'it has no default export; expected a class'],
    [{ default: 7 }, 'its default export is 7; expected a class'],
    [{ default: [csv] }, 'its default export is [{"header":["id"]}]; expected a class'],
    [{ default: Promise.resolve(csv) }, 'its default export is a promise; expected a class'],
    [
      { default: class Closed extends Map {} },
      'its default export is the class Closed; expected a class that inherits',
    ],
    [{ default: () => csv }, 'its default export is the function default; expected a class'],
  ])('must be an export: %o', (exports, sentence) => {
    expect(say(exports)).toThrow(sentence);
  });

  test('may be a class, one of its objects, or an object of the other form', () => {
    for (const each of [Csv, new Csv(), csv, defineExport(csv)])
      expect(checkDefinition({ default: each }, 'closed').description.columns).toEqual([{ name: 'id' }]);
  });
});

describe('faults are named by path, with what was expected', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ chek: () => 1 }, 'chek: no such property of an export; did you mean check?'],
    [{ everything: 1 }, 'everything: no such property of an export; expected target, file, header,'],
    [{ header: undefined }, 'it has no header; expected the titles of the columns'],
    [{ header: [] }, 'header: it is empty; expected the titles of the columns, got []'],
    [{ header: 'id' }, "header: expected the titles of the columns: ['id', 'name'], got \"id\""],
    [{ header: ['id', 7] }, "header[1]: expected a title, or a column such as { name: 'Price' }, got 7"],
    [{ header: [{ name: 'id', typ: 'text' }] }, 'header[0]: no such property as typ; did you mean type?'],
    [{ header: [{ name: 'id', type: 'money' }] }, 'header[0].type: '],
    [
      { header: [{ name: 'on', format: 'DD/MM/YYYY' }] },
      'header[0].format: expected a pattern of yyyy, MM, dd',
    ],
    [{ header: [{ name: 'price', decimals: 1.5 }] }, 'header[0].decimals: '],
    [{ rows: undefined }, 'it has no rows; expected a method rows'],
    [{ rows: [[1]] }, 'rows: expected a function, got [[1]]'],
    [{ check: true }, 'check: expected a function, got true'],
    [{ sheets: () => [] }, 'it has rows and sheets; expected one of them'],
    [
      { rows: undefined, sheets: () => [] },
      "sheets: a CSV file has none; expected rows, or format: { type: 'xlsx' }",
    ],
    [{ format: { type: 'pdf' } }, "format.type: expected 'csv', 'xls' or 'xlsx'"],
    [{ format: { type: 'csv', separator: ';;' } }, 'format.separator: expected one character, other than'],
    [{ format: { type: 'csv', separator: '"' } }, 'format.separator: expected one character, other than'],
    [{ format: { type: 'csv', encoding: 'utf8' } }, 'format.encoding: '],
    [
      { format: { type: 'csv', seperator: ',' } },
      'format: no such property as seperator; did you mean separator?',
    ],
    [{ format: { type: 'xlsx', sheet: '' } }, 'format.sheet: '],
    [{ file: '' }, 'file: '],
    [
      { file: 'a_{jj}.csv' },
      'file: "a_{jj}.csv" has the unknown placeholder {jj}; expected one of {yyyy}, {MM}, {dd}, {name}, {campaign}',
    ],
    [{ file: 'a_{segment}.csv' }, 'has the unknown placeholder {segment}'],
    [{ file: 'a.xls' }, 'file: "a.xls" is to be a CSV file; expected a name that ends in .csv'],
    [
      { file: 'a', format: { type: 'xls' } },
      'file: "a" is to be an .xls file; expected a name that ends in .xls',
    ],
    [{ target: { hours: [4, 6] } }, 'target.hours: expected hours of one day that follow one another'],
    [{ target: { hours: [4, 24] } }, 'target.hours[1]: '],
    [{ target: { timezone: 'Africa/Dakkar' } }, 'target.timezone: unknown time zone "Africa/Dakkar"'],
    [{ target: { timzone: 'UTC' } }, 'target: no such property as timzone; did you mean timezone?'],
    [
      { target: { retryEvery: '7 minutes' } },
      'target.retryEvery: expected whole minutes that divide an hour',
    ],
    [{ target: { period: 'week' } }, 'target.period: '],
    [
      { target: { deliver: [{ to: 'mail', recipient: ['a'] }] } },
      'target.deliver[0]: no such property as recipient; did you mean recipients?',
    ],
    [{ target: { deliver: [7] } }, 'target.deliver[0]: '],
    [{ target: 7 }, 'target: '],
  ])('%o', (change, sentence) => {
    expect(say({ default: { ...csv, ...change } })).toThrow(sentence);
  });

  test.each<[object, string]>([
    [changed(Csv, { csv: { separator: '\n' } }), 'csv.separator: expected one character'],
    [
      changed(Csv, { csv: 'semicolon' }),
      'csv: expected an object such as { separator: \',\' }, got "semicolon"',
    ],
    [changed(Csv, { header: [] }), 'header: it is empty'],
    [changed(Csv, { rows: undefined }), 'it has no rows'],
    [changed(Csv, { check: 'yes' }), 'check: expected a function, got "yes"'],
    [changed(Xls, { format: 'csv' }), "format: expected 'xls' or 'xlsx', got \"csv\""],
    [changed(Xls, { sheet: 7 }), 'sheet: '],
    [changed(Xls, { headerRow: 'no' }), 'headerRow: '],
    [new (class extends XlsExport {})(), 'it has no rows; expected a method rows, or sheets'],
  ])('of a class: %o', (made, sentence) => {
    expect(say({ default: made })).toThrow(sentence);
  });
});

describe('the target', () => {
  const target: Target = { hours: [1], timezone: 'Africa/Dakar' };
  class Inside extends Csv {
    static target = target;
  }

  test('stands beside the export, or in it, or is the default', () => {
    const hoursOf = (exports: Record<string, unknown>) =>
      checkDefinition(exports, 'closed').description.target.hours;
    expect(hoursOf({ default: Csv, target })).toEqual([1]);
    expect(hoursOf({ default: Inside })).toEqual([1]);
    expect(hoursOf({ default: { ...csv, target } })).toEqual([1]);
    expect(hoursOf({ default: Csv, helper: 1 })).toEqual([4, 5, 6, 7]);
  });

  test('is not overlooked, nor there twice', () => {
    expect(say({ default: Csv, tagret: target })).toThrow('it exports tagret; did you mean target?');
    expect(say({ default: Inside, target })).toThrow('it has two targets');
  });
});

describe('the name of the file', () => {
  test.each([
    ['day', 'closed_{yyyy}{MM}{dd}.csv'],
    ['month', 'closed_{yyyy}{MM}.csv'],
    ['operation', 'closed_{segment}.csv'],
  ] as const)('tells each %s from the others', (period, file) => {
    expect(checkDefinition({ default: Csv, target: { period } }, 'closed').description.file).toBe(file);
  });

  test('of CSV may end as it likes', () => {
    expect(checkDefinition({ default: { ...csv, file: 'a.TXT' } }, 'closed').description.file).toBe('a.TXT');
  });
});

describe('the tables', () => {
  const context = {} as ExportContext;
  const tables = (exported: unknown) => checkDefinition({ default: exported }, 'closed').tables(context);

  test('of a file with one', async () => {
    expect(await tables(Csv)).toEqual([{ name: '', columns: [{ name: 'id' }], rows: [] }]);
    expect(await tables(Xls)).toEqual([{ name: 'Sheet1', columns: [{ name: 'id' }], rows: [[1]] }]);
    const named = { ...csv, format: { type: 'xls', sheet: 'classique' } };
    expect(await tables(named)).toMatchObject([{ name: 'classique' }]);
  });

  test('of one with several', async () => {
    const sheets = () => Promise.resolve([{ name: 'main', header: [{ name: 'id', key: 'ID' }], rows: [] }]);
    expect(await tables({ sheets, format: { type: 'xlsx' } })).toEqual([
      { name: 'main', columns: [{ name: 'id', key: 'ID' }], rows: [] },
    ]);
  });

  test.each<[unknown, string]>([
    [undefined, 'sheets returned undefined; expected a list of { name, header, rows }'],
    [[], 'sheets returned []; expected a list of { name, header, rows }'],
    [[{ header: ['id'], rows: [] }], 'sheets[0]: its name is undefined; expected a text'],
    [[{ name: 'a', header: [], rows: [] }], 'sheets[0].header: it is empty'],
    [
      [{ name: 'a', header: ['id'], rows: 7 }],
      'sheets[0].rows returned 7; expected something to iterate over',
    ],
  ])('must be whole: %o', async (sheets, sentence) => {
    await expect(tables({ sheets: () => sheets, format: { type: 'xlsx' } })).rejects.toThrow(sentence);
  });
});
