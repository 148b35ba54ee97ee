import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { produce } from '../../../src/exports/host/host.ts';
import { day, installation, made, parts, port } from './support.ts';

const all = `
  import { CsvExport, Decimal, deliver, type ExportContext, type ProducedFile } from 'regie';
  export default class extends CsvExport {
    file = '{campaign}_{name}_{yyyy}-{MM}-{dd}.csv';
    header = ['id', 'price'];
    before({ log, ...context }: ExportContext) {
      const { source, signal, ...plain } = context;
      log('before ' + JSON.stringify(plain));
    }
    async *rows({ log }: ExportContext) {
      log('rows');
      yield [1, new Decimal('2.50')];
      yield { id: 2, price: 'a "b";' };
    }
    check({ name, path, rows, bytes }: ProducedFile, { log }: ExportContext) {
      log('check ' + JSON.stringify({ name, rows, part: path.endsWith('.part') }));
      return deliver();
    }
    after(file: ProducedFile, { log }: ExportContext) { log('after'); }
    failed(error: unknown, { log }: ExportContext) { log('failed ' + error); }
  }
  export const target = { timezone: 'Africa/Dakar' };
`;

describe('making a file', () => {
  test.concurrent('makes a file: before, rows, check, after', async ({ expect }) => {
    const job = installation(all);
    const to = port();
    const produced = await produce(job, day, to);
    expect(to.lines).toEqual([
      'before {"name":"closed","campaign":"canal","businessDay":"2026-11-20","from":"2026-11-19","to":"2026-11-20","timezone":"Africa/Dakar"}',
      'rows',
      'check {"name":"canal_closed_2026-11-20.csv","rows":2,"part":true}',
      'after',
    ]);
    expect(produced).toMatchObject({
      file: { name: 'canal_closed_2026-11-20.csv', rows: 2, replaced: 0, sheets: [] },
      verdict: { verdict: 'deliver' },
      titles: ['id', 'price'],
      firstRows: [
        ['1', '2.50'],
        ['2', 'a "b";'],
      ],
    });
    const text = readFileSync(produced.file.path, 'utf8');
    expect(text).toBe('id;price\r\n1;2.50\r\n2;"a ""b"";"\r\n');
    expect(produced.file.bytes).toBe(text.length);
    expect(to.steps).toContain('checking 2');
  });

  test.concurrent('gives a monthly export its month, an operation its segment', async ({ expect }) => {
    const module = (period: string, file: string) => `
    import { defineExport } from 'regie';
    export default defineExport({
      target: { period: '${period}' },
      file: '${file}',
      header: ['a', 'b', 'c', 'd'],
      rows: ({ from, to, month, operation }) => [[from, to, month, operation]],
    });`;
    const monthly = await made(module('month', 'bill_{yyyy}{MM}.csv'), {
      period: { type: 'month', businessDay: '2027-01-01' },
    });
    expect(monthly.file.name).toBe('bill_202612.csv');
    expect(monthly.firstRows).toEqual([['2026-12-01', '2027-01-01', '2026-12', '']]);
    const operation = await made(module('operation', 'end_{segment}.csv'), {
      period: { type: 'operation', businessDay: '2026-11-20', operation: 'S3' },
    });
    expect(operation.file.name).toBe('end_S3.csv');
    expect(operation.firstRows).toEqual([['2026-11-19', '2026-11-20', '', 'S3']]);
  });

  const checking = (check: string) => `
  import { deliver, defineExport, fail, hold } from 'regie';
  export default defineExport({
    header: ['id'],
    rows: () => [[1], [2]],
    check: (file) => ${check},
    failed: (error, { log }) => log('failed: ' + (error as Error).message),
  });`;

  test.concurrent.for([
    ["hold(file.rows + ' lines')", { verdict: 'hold', reason: '2 lines' }],
    ["Promise.resolve(fail('wrong'))", { verdict: 'fail', reason: 'wrong' }],
  ] as const)('answers with the verdict of check: %s', async ([check, verdict], { expect }) => {
    expect((await made(checking(check))).verdict).toEqual(verdict);
  });

  test.concurrent.for([
    ['undefined as any', "check returned undefined; expected deliver(), hold('why') or fail('why')"],
    ["hold('')", "check returned hold() without a reason; expected hold('why'): operators read it"],
  ] as const)('fails when check gives no verdict: %s', async ([check, sentence], { expect }) => {
    const job = installation(checking(check));
    const to = port();
    await expect(produce(job, day, to)).rejects.toMatchObject({
      name: 'ExportFailed',
      reason: 'thrown',
      message: `the export closed failed: closed.ts:6 in check: ${sentence}`,
    });
    expect(to.lines).toEqual([`failed: ${sentence}`]);
    expect(parts(job)).toEqual([]);
  });

  const throwing = (
    methods: string,
  ) => `import { CsvExport, deliver, type ExportContext, type ProducedFile } from 'regie';
import { rmSync, appendFileSync } from 'node:fs';
export default class extends CsvExport {
  header = ['id'];
  failed(error: unknown, { log }: ExportContext) { log('failed ' + (error as Error).message); throw new Error('again'); }
  rows(context: ExportContext): any { return [[1]]; }
${methods}
}`;

  test.concurrent.for([
    ['  before() { throw new Error("no"); }', 'closed.ts:7 in before: no'],
    ['  async *rows() {\n    yield [1];\n    throw new Error("no"); }', 'closed.ts:9: no'],
    [
      '  check() { null!.x; return deliver(); }',
      "closed.ts:7 in check: Cannot read properties of null (reading 'x')",
    ],
    ['  after() { throw new Error("no"); }', 'closed.ts:7 in after: no'],
    [
      '  after({ path }) { appendFileSync(path, "x"); }',
      'closed.ts:7 in after: the finished file was changed by check or after; they may only read it',
    ],
    [
      '  after({ path }) { rmSync(path); }',
      'closed.ts:7 in after: the finished file was taken away by check or after; they may only read it',
    ],
    [
      '  async rows() { return [[1]]; }',
      'closed.ts:6: rows returned a promise; expected something to iterate over: a list, a stream of a source, or a generator (async *rows)',
    ],
    [
      '  rows({ source }: ExportContext) { return source("outbond").stream("select 1"); }',
      'closed.ts:7: the configuration has no source "outbond"; did you mean outbound?; expected one of outbound, billing',
    ],
  ] as const)('fails when a method does: %s', async ([methods, sentence], { expect }) => {
    const job = installation(throwing(methods));
    const to = port();
    const sources = { ...job.sources, names: ['outbound', 'billing'] };
    await expect(produce({ ...job, sources }, day, to)).rejects.toThrow(
      `the export closed failed: ${sentence}`,
    );
    expect(to.lines).toEqual([
      `failed ${sentence.replace(/^\S+( in \w+)?: /, '')}`,
      'the hook failed threw: again',
    ]);
    expect(parts(job)).toEqual([]);
  });

  test.concurrent('is broken when its module is', async ({ expect }) => {
    await expect(made('throw new Error("no");')).rejects.toMatchObject({
      name: 'BrokenExport',
      message: 'the export closed cannot be loaded: closed.ts:1: no',
    });
  });

  test.concurrent('passes on what the module writes, so many lines of it', async ({ expect }) => {
    const to = port();
    await made(
      `import { defineExport } from 'regie';
    export default defineExport({
      header: ['id'],
      *rows() {
        process.stdout.write('no line break');
        yield [1];
        process.stdout.write(' yet\\n' + 'x'.repeat(2_000) + '\\n');
        for (let i = 0; i < 5_000; i++) console.log(i);
      },
    });`,
      { to },
    );
    expect(to.lines.slice(0, 3)).toEqual(['no line break yet', 'x'.repeat(1_000), '0']);
    expect(to.lines).toHaveLength(1_000);
    expect(to.lines.at(-1)).toBe('… more lines are left out');
  });

  test.concurrent('writes some rows only, when that is asked for', async ({ expect }) => {
    const { file } = await made(
      `import { defineExport } from 'regie';
    export default defineExport({ header: ['id'], *rows() { for (let i = 0; ; i++) yield [i]; } });`,
      { limit: 5 },
    );
    expect(file.rows).toBe(5);
  });

  test('shows the first rows of the first sheet', async () => {
    const produced = await made(`
    import { XlsExport, PlainDate } from 'regie';
    export default class extends XlsExport {
      sheets() {
        return [
          { name: 'main', header: ['phone', 'on', 'at'], rows: [['0612', new PlainDate('2026-11-19'), new Date(0)], ['', null, undefined]] },
          { name: 'invalid', header: ['id'], rows: [[1]] },
        ];
      }
    }
    export const target = { timezone: 'Indian/Reunion' };`);
    expect(produced).toMatchObject({
      file: {
        name: 'closed_20261120.xlsx',
        rows: 3,
        sheets: [
          { name: 'main', rows: 2 },
          { name: 'invalid', rows: 1 },
        ],
      },
      titles: ['phone', 'on', 'at'],
      firstRows: [
        ['0612', '2026-11-19', '1970-01-01 04:00:00'],
        ['', '', ''],
      ],
    });
  });
});
