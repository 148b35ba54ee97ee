import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { sourcesFrom } from '../../../src/exports/described.ts';
import { produce } from '../../../src/exports/host/host.ts';
import type { ProduceJob } from '../../../src/exports/host/job.ts';
import { codeOf } from '../../support/documents.ts';
import { day, installation, port } from './support.ts';

/** A type of sources that is a user's, and no SQL database: files of JSON, one object a line. */
const jsonLines = `import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { defineConfig, defineSourceType, Decimal, resolveSecret, secretReference, z } from 'regie';

console.log('the configuration is loaded');

const jsonLines = defineSourceType({
  name: 'jsonLines',
  settings: z.strictObject({ folder: z.string(), key: secretReference, atOnce: z.number().default(100) }),
  async resolve({ folder, key, ...rest }, { root }) {
    return { folder: path.resolve(root, folder), ...rest, key: await resolveSecret(key) };
  },
  async open({ folder, atOnce, key }, { signal, readOnly }) {
    if (key === 'wrong key') throw new Error('the key ' + key + ' does not fit');
    return {
      async query({ text, parameters: [from] }) {
        const lines = createInterface({ input: createReadStream(path.join(folder, text), { signal }) });
        const each = lines[Symbol.asyncIterator]();
        const { value: first } = await each.next();
        const names = JSON.parse(first);
        return {
          names,
          async *batches() {
            let rows = [];
            for (let next = await each.next(); !next.done; next = await each.next()) {
              const row = JSON.parse(next.value);
              if (row.id < from) continue;
              rows.push(names.map((name) => (name === 'price' ? new Decimal(row.price) : row[name])));
              if (rows.length === atOnce) {
                yield rows;
                rows = [];
              }
            }
            yield rows;
          },
        };
      },
      async close() {
        console.log('closed');
      },
    };
  },
});

export default defineConfig({
  sources: {
    calls: { type: jsonLines, folder: 'lines', key: 'env:REGIE_TEST_LINES_KEY' },
    own: { type: 'postgres' },
  },
  tasks: [],
});
`;

const ROWS = 30_000;

/** An installation with such a source and an export that returns \`rows\`; what is in its file \`calls.jsonl\`. */
async function job(rows: string, lines: Iterable<string>, config = jsonLines): Promise<ProduceJob> {
  const made = installation(
    `import { CsvExport, type ExportContext } from 'regie';
export default class extends CsvExport {
  header = ['id', 'price', 'name'];
  rows({ source }: ExportContext) {
    return ${rows};
  }
}`,
    { 'regie.config.ts': config, 'calls.jsonl': [...lines, ''].join('\n') },
  );
  const file = path.join(made.root, 'regie.config.ts');
  // The key of the worker: the process of the export never sees it by itself.
  process.env['REGIE_TEST_LINES_KEY'] ??= 'key of the lines';
  const loaded = await loadConfig({ file });
  const sources = sourcesFrom(loaded, () => Promise.reject(new Error('nobody should ask')));
  return { ...made, sources };
}

function* linesOf(count: number): Generator<string> {
  yield '["id","price","name"]';
  for (let id = 1; id <= count; id++) yield JSON.stringify({ name: `n${id}`, id, price: `${id}.50` });
}

test('rows are streamed from a source that is no database', async () => {
  const made = await job("source('calls').stream('../calls.jsonl', [3])", linesOf(ROWS));
  const to = port();
  const { file } = await produce(made, day, to).catch((error: unknown) => {
    throw new Error(`${String(error)} ${to.lines.join('\n')}`);
  });
  expect(file.rows).toBe(ROWS - 2);
  const text = readFileSync(file.path, 'utf8');
  expect(text.split('\r\n', 3).join('\n')).toBe('id;price;name\n3;3.50;n3\n4;4.50;n4');
  // The configuration is read once more, and only by who reads such a source.
  expect(to.lines.filter((line) => line === 'the configuration is loaded')).toHaveLength(1);
  expect(to.lines).toContain('closed');
});

/** What a run of such an export fails with. */
async function failureOf(made: ProduceJob, to = port()): Promise<string> {
  const error: unknown = await produce(made, day, to).catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error('it was made');
  return error.message;
}

test('an error in the middle names source, query and line, and leaves no file', async () => {
  const lines = [...linesOf(ROWS)];
  lines[20_000] = '{"id": 20000, "price"';
  const to = port();
  const made = await job("source('calls').stream('../calls.jsonl', [1])", lines);
  expect(await failureOf(made, to)).toMatch(
    /^the export closed failed: closed\.ts:5: the source calls, query \(\.\.\/calls\.jsonl\): .*JSON/,
  );
  expect(to.lines).toContain('closed');
});

test('a secret that it was given stays hidden', async () => {
  process.env['REGIE_TEST_LINES_KEY'] = 'wrong key';
  try {
    expect(await failureOf(await job("source('calls').stream('x')", []))).toBe(
      'the export closed failed: closed.ts:5: the source calls cannot be reached: the key … does not fit',
    );
  } finally {
    delete process.env['REGIE_TEST_LINES_KEY'];
  }
});

test.each([
  ['names: [1]', 'jsonLines: the names of its columns are [1]; expected a list of texts'],
  ['names: ["id"], batches: [[1]]', 'jsonLines: its result has no function batches'],
  [
    'names: ["id", "b", "c"], *batches() { yield [[1]]; }',
    'jsonLines: it gave the row [1]; expected a list of 3 cells',
  ],
  [
    'names: ["id", "b", "c"], *batches() { yield { id: 1 }; }',
    'jsonLines: batches gave {"id":1}; expected lists of rows',
  ],
  ['names: []', 'it gives no rows; expected the last statement to be a select'],
])('a result of { %s } is refused', async (result, words) => {
  const config = jsonLines.replace(
    /async query\([\s\S]*?\n {6}\},\n/,
    `async query() { return { ${result.includes('batches') ? result : `${result}, async *batches() {}`} }; },\n`,
  );
  expect(config).not.toBe(jsonLines);
  expect(await failureOf(await job("source('calls').stream('x')", [], config))).toContain(words);
});

test.each([
  [
    "source('calls').script('x')",
    'the source calls is a jsonLines, which takes no scripts; ask it by stream',
  ],
  ["source('call').stream('x')", 'the configuration has no source "call"; did you mean calls?'],
])('%s is refused', async (rows, words) => {
  expect(await failureOf(await job(rows, []))).toContain(words);
});

test('a configuration that cannot be read any more is told with its place', async () => {
  const made = await job("source('calls').stream('x')", []);
  const file = path.join(made.root, 'regie.config.ts');
  writeFileSync(file, `import { defineConfig } from 'regie';\n\nthrow new Error('not today');`);
  expect(await failureOf(made)).toBe('the export closed failed: regie.config.ts:3: not today');
  writeFileSync(file, `export default { sources: { calls: { type: 'postgres' } } };`);
  expect(await failureOf(made)).toContain(`${file} has no longer a type of its own for the source calls`);
});

test('what resolve gives must be able to go to another process', async () => {
  const config = jsonLines.replace('...rest, key:', '...rest, act: () => 1, key:');
  expect(await failureOf(await job("source('calls').stream('x')", [], config))).toContain(
    'jsonLines: resolve gave no plain data; expected an object of it',
  );
});

test('a source of a built-in type is read without the configuration', async () => {
  const to = port();
  const made = await job("source('own').stream('select 1')", []);
  expect(await failureOf(made, to)).toContain('nobody should ask');
  expect(to.lines).not.toContain('the configuration is loaded');
});

test('the source that the document shows is read', async () => {
  const made = await job(
    "source('calls').stream('../../calls.jsonl')",
    ['{"status":"closed","id":1}', '{"id":2,"called":"2026-11-20"}'],
    codeOf('writing-exports.md', 'defineSourceType'),
  );
  mkdirSync(path.join(made.root, 'data/calls'), { recursive: true });
  const { file } = await produce(made, day, port());
  expect(readFileSync(file.path, 'utf8')).toBe('id;price;name\r\n1;closed;\r\n2;;2026-11-20\r\n');
});
