import { expect, test } from 'vitest';
import { describe as describeExport } from '../../../src/exports/host/host.ts';
import { described, installation } from './support.ts';

const defaults = {
  target: {
    hours: [4, 5, 6, 7],
    period: 'day',
    timezone: 'UTC',
    retryEvery: 3_600_000,
    holidays: [],
    deliver: [],
  },
  format: {
    type: 'csv',
    separator: ';',
    encoding: 'utf-8',
    unencodable: 'fail',
    quoting: 'minimal',
    headerRow: true,
    guard: false,
  },
  file: 'closed_{yyyy}{MM}{dd}.csv',
  columns: [{ name: 'id' }, { name: 'id' }],
};

test.concurrent('describes a class, with a target beside it', async ({ expect }) => {
  const description = await described(`
    import { CsvExport, type ExportContext, type Target } from 'regie';
    interface Card { id: number }
    export default class Closed extends CsvExport<Card> {
      header = ['id', { name: 'price', type: 'number' as const, decimals: 2 }];
      csv = { separator: ',' };
      async *rows(_: ExportContext) { yield { id: 1 }; }
    }
    export const target: Target = { hours: [5, 6], period: 'month', timezone: 'Africa/Dakar', retryEvery: '30 minutes', deliver: ['mail'] };
  `);
  expect(description).toEqual({
    target: {
      hours: [5, 6],
      period: 'month',
      timezone: 'Africa/Dakar',
      retryEvery: 1_800_000,
      holidays: [],
      deliver: [{ to: 'mail' }],
    },
    format: { ...defaults.format, separator: ',' },
    file: 'closed_{yyyy}{MM}.csv',
    columns: [{ name: 'id' }, { name: 'price', type: 'number', decimals: 2 }],
  });
});

test.concurrent(
  'describes an object, in TypeScript that is more than types, with a module beside it',
  async ({ expect }) => {
    const description = await described(`
    import { defineExport } from 'regie';
    enum Title { Id = 'id' }
    class Twice { constructor(readonly titles: string[]) {} }
    export default defineExport({ header: new Twice([Title.Id, Title.Id]).titles, rows: () => [] });
  `);
    expect(description).toEqual(defaults);
  },
);

test.concurrent('describes a spreadsheet whose sheets are known when it is made', async ({ expect }) => {
  const { format, columns, file } = await described(`
    import { XlsExport } from 'regie';
    export default class extends XlsExport {
      static target = { period: 'operation' as const };
      format = 'xls' as const;
      file = 'end_{segment}.xls';
      sheets() { return []; }
    }
  `);
  expect({ format, columns, file }).toEqual({
    format: { type: 'xls', headerRow: true },
    columns: [],
    file: 'end_{segment}.xls',
  });
});

test.concurrent(
  'loads a module in the installation with the modules beside it, and no secrets',
  async ({ expect }) => {
    process.env['REGIE_TEST_SECRET'] = 'sesame';
    const { columns } = await described(`
    import { defineExport } from 'regie';
    import { readdirSync } from 'node:fs';
    const known = ['REGIE_TEST_SECRET', 'DATABASE_URL', 'REGIE_TEST_POSTGRES', 'PATH'].filter((name) => name in process.env);
    export default defineExport({ header: [...known, ...readdirSync('.'), ...process.argv.slice(5)], rows: () => [] });
  `);
    expect(columns.map(({ name }) => name)).toEqual(['PATH', 'closed.ts']);
  },
);

test.concurrent(
  'is not disturbed by what a module writes, and ends it though it waits for something',
  async ({ expect }) => {
    const description = described(`
    import { defineExport } from 'regie';
    console.log('noise'); console.error('{"type":"loaded"}');
    process.stdout.write('x'.repeat(3_000_000));
    process.send?.({ type: 'loaded', description: {} });
    setInterval(() => {}, 1_000);
    export default defineExport({ header: ['id', 'id'], rows: () => [] });
  `);
    await expect(description).resolves.toEqual(defaults);
  },
);

test('ends at once when it is cancelled', async () => {
  const job = installation('for (;;);');
  await expect(describeExport(job, AbortSignal.timeout(300))).rejects.toThrow(/timeout/);
});
