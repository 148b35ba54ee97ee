import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Produced } from '../../src/exports/host/job.ts';
import { resolveSource } from '../../src/exports/sources/sources-section.ts';
import { median, mebibytes, percent, rate, seconds } from '../numbers.ts';
import type { Sizes } from '../options.ts';
import type { Section } from '../report.ts';
import { firstWord } from '../transfer/helper.ts';
import { makeCards, QUERY } from './cards.ts';

/** The program as it is installed: what tsx makes of the sources is slower. */
const { produce } = (await import(
  new URL('../../dist/exports/host/host.js', import.meta.url).href
)) as typeof import('../../src/exports/host/host.ts');

interface Way {
  label: string;
  /** Of `export default class extends …`, and what follows. */
  module: string;
  rows: number;
}

interface Made {
  ms: number;
  bytes: number;
  /** Most memory of its process, bytes; none of COPY's. */
  peak?: number;
}

interface Found {
  label: string;
  rows: number;
  made: Made[];
}

const stream = (rows: number) => `source('cards').stream('${QUERY} limit ${rows}')`;

const waysOf = ({ csv, xls }: Sizes['exports']): Way[] => [
  {
    label: 'CSV',
    rows: csv,
    module: csvModule(`rows({ source }: ExportContext) { return ${stream(csv)}; }`),
  },
  {
    label: 'CSV, windows-1252, quoted, guarded',
    rows: csv,
    module: csvModule(
      `csv = { encoding: 'windows-1252' as const, quoting: 'all' as const, guard: true };
       rows({ source }: ExportContext) { return ${stream(csv)}; }`,
    ),
  },
  {
    label: 'CSV, each row through a generator',
    rows: csv,
    module: csvModule(
      `async *rows({ source }: ExportContext) { for await (const row of ${stream(csv)}) yield row; }`,
    ),
  },
  { label: '.xlsx', rows: csv, module: sheetModule('xlsx', csv) },
  { label: '.xls', rows: xls, module: sheetModule('xls', xls) },
];

/** Exports as a worker makes them, beside COPY of the same query. */
export async function measureExports(
  { exports: sizes, repeat }: Pick<Sizes, 'exports' | 'repeat'>,
  { folder, signal }: { folder: string; signal: AbortSignal },
  say: (line: string) => void,
): Promise<Section> {
  say(`making a table of ${sizes.csv} rows`);
  const database = await makeCards(sizes.csv);
  const ways = waysOf(sizes);
  const copies: Found[] = [sizes.csv, sizes.xls].map((rows) => ({ label: 'COPY', rows, made: [] }));
  const found: Found[] = ways.map(({ label, rows }) => ({ label, rows, made: [] }));
  try {
    for (let round = 1; round <= repeat; round++) {
      say(`exports: round ${round} of ${repeat}`);
      for (const each of copies) each.made.push(await copy(database.url, each.rows, signal));
      for (const [i, way] of ways.entries())
        found[i]!.made.push(await make(way, database.url, folder, signal));
    }
  } finally {
    await database.drop();
  }
  return describe(repeat, copies, found);
}

async function copy(url: string, rows: number, signal: AbortSignal): Promise<Made> {
  const child = fork(path.join(import.meta.dirname, 'copy-child.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send({ url, rows });
  const gone = once(child, 'exit');
  const made = await firstWord<Made>(child, 'COPY', signal);
  await gone;
  return made;
}

async function make({ module, rows }: Way, url: string, folder: string, signal: AbortSignal): Promise<Made> {
  const root = path.join(folder, 'exports');
  mkdirSync(root, { recursive: true });
  const file = path.join(root, 'cards.ts');
  writeFileSync(file, module);
  const lines: string[] = [];
  const started = performance.now();
  const produced: Produced = await produce(
    {
      name: 'cards',
      campaign: 'bench',
      module: file,
      root,
      workFolder: root,
      sources: {
        names: ['cards'],
        connect: () => resolveSource({ type: 'postgres' }, { root, ownDatabase: () => Promise.resolve(url) }),
      },
    },
    { type: 'day', businessDay: '2026-11-20' },
    { signal, progress: () => undefined, trace: (line) => lines.push(line) },
  );
  const ms = performance.now() - started;
  if (produced.file.rows !== rows) throw new Error(`it wrote ${produced.file.rows} rows; expected ${rows}`);
  rmSync(root, { recursive: true });
  return { ms, bytes: produced.file.bytes, peak: Number(lines.at(-1)) * 1024 };
}

const csvModule = (body: string) => moduleOf('CsvExport', body);

const sheetModule = (format: string, rows: number) =>
  moduleOf(
    'XlsExport',
    `format = '${format}' as const; rows({ source }: ExportContext) { return ${stream(rows)}; }`,
  );

/** It says how much memory its process took, kilobytes. */
const moduleOf = (base: string, body: string) => `import { ${base}, type ExportContext } from 'regie';
export default class extends ${base}<any> {
  header = Array.from({ length: 20 }, (_, i) => 'column ' + (i + 1));
  ${body}
  after(_: unknown, { log }: ExportContext) { log(String(process.resourceUsage().maxRSS)); }
}
export const target = { timezone: 'Africa/Dakar' };
`;

function describe(repeat: number, copies: readonly Found[], found: readonly Found[]): Section {
  const time = ({ made }: Found) => median(made.map(({ ms }) => ms));
  const copyOf = ({ rows }: Found) => copies.find((each) => each.rows === rows)!;
  const rowOf = (each: Found) => {
    const peaks = each.made.flatMap(({ peak }) => peak ?? []);
    return [
      `${each.label}, ${each.rows.toLocaleString('en-US')} rows`,
      seconds(time(each)),
      `${rate((each.rows / time(each)) * 1_000)} rows/s`,
      copies.includes(each) ? '' : percent(time(copyOf(each)) / time(each)),
      peaks.length > 0 ? mebibytes(Math.max(...peaks)) : '',
      mebibytes(each.made[0]!.bytes),
    ];
  };
  return {
    title: 'Exports of 20 columns',
    head: ['', 'time', 'rows', 'of COPY', 'peak memory', 'file'],
    rows: [...copies, ...found].map(rowOf),
    notes: [
      `Median of ${repeat}, in turns. COPY … TO STDOUT (FORMAT csv) of the same query, its bytes dropped. Exports from the start of their process to ` +
        'their end: with the loading of their module, SHA-256, fsync, check; peak memory is that of their process.',
    ],
    data: [...copies, ...found],
  };
}
