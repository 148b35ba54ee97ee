import type { Pool } from 'pg';
import { addDays } from '../time/dates.ts';
import { callSchema, fillCalls } from './demo/fill-demo-calls.ts';
import type { Config } from '../task/config.ts';
import { readFiles, type FileRow } from './ledger/export-files.ts';
import { readPeriods } from './ledger/periods.ts';
import { sourcesSection } from './export-settings.ts';
import type { Output } from '../command/output.ts';
import { table } from '../command/table.ts';
import { untilTrue, type FirstLook, type Where } from '../module/first-look.ts';

/** A tenth of what `regie demo calls` makes: a second's work. */
const CARDS = 2_000;
const DAYS = 70;

interface Shown extends Pick<FileRow, 'path' | 'rows' | 'bytes'> {
  export: string;
  period: string;
}

/**
 * What a new installation does with generated calls: they fill the database that the example exports read, and the first of these makes
 * its file. Does nothing where no source reads that schema of ours, or it is there already.
 */
export async function lookAtExports({
  config,
  pool,
  signal,
  say,
  runNow,
}: Where): Promise<FirstLook | undefined> {
  const task = readsCalls(config) ? config.tasks.find(({ kind }) => kind.name === 'export') : undefined;
  if (!task || (await isThere(pool))) return undefined;
  say(`Generated calls go into the schema ${callSchema}, and ${task.name} makes its file of them …`);
  const db = await pool.connect();
  try {
    const until = addDays(new Date().toISOString().slice(0, 10), -1);
    await fillCalls(db, { cards: CARDS, days: DAYS, until, seed: 1 });
  } finally {
    db.release();
  }
  await runNow(task);
  await untilTrue(pool, signal, {
    text: `select exists (select from export.period where task = $1 and state not in ('due', 'running') )
             or exists (select from export.period where task = $1 and attempts > 0) as done`,
    values: [task.name],
  });
  if (signal.aborted) return undefined;
  const [period] = await readPeriods(pool, task.name);
  const [file] = period ? await readFiles(pool, task.name, period.key) : [];
  if (!period || !file) {
    say(`No file came: \`regie status ${task.name}\` says why.`);
    return undefined;
  }
  const { path, rows, bytes } = file;
  const shown = { export: task.name, period: period.key, path, rows, bytes };
  return { sample: { exports: [shown] }, describe: (colors) => describe(shown, colors) };
}

function readsCalls(config: Config): boolean {
  return Object.values(sourcesSection.of(config)).some(
    (source) =>
      source.type === 'postgres' &&
      source.schema === callSchema &&
      source.url === undefined &&
      source.host === undefined,
  );
}

async function isThere(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ there: boolean }>(
    'select exists (select from pg_namespace where nspname = $1) as there',
    [callSchema],
  );
  return rows[0]?.there ?? false;
}

function describe({ export: name, period, rows, bytes, path }: Shown, colors: Output['colors']): string {
  return [
    '',
    colors.bold('Exports'),
    table(
      ['EXPORT', 'DAY', 'ROWS', 'BYTES', 'FILE'],
      [[name, period, String(rows), String(bytes), path]],
      [2, 3],
    ),
    '`regie export list` names the others; `regie export run quality-barometer --dry-run` looks at one.',
  ].join('\n');
}
