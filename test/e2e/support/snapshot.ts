import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Pool } from 'pg';
import { openPool } from '../../../src/store/connection.ts';
import { verify, type Verification } from '../../../src/weather/aggregate/verify-aggregates.ts';
import type { InputFile } from './waves.ts';

/** The whole database by table, rows as text in a fixed order. */
export type Snapshot = Record<string, string[]>;

/**
 * Everything that the weather tables say, without what may differ between two runs of the same files: ids (names stand
 * in their place), run ids and the claims that hold them, the times of recording.
 */
export async function snapshot(databaseUrl: string): Promise<Snapshot> {
  const pool = openPool(databaseUrl, { max: 1 });
  try {
    const tables: Snapshot = {};
    for (const [table, sql] of Object.entries(queries)) tables[table] = await texts(pool, sql);
    return tables;
  } finally {
    await pool.end();
  }
}

async function texts(pool: Pool, sql: string): Promise<string[]> {
  const { rows } = await pool.query<{ row: string }>(`select row::text from (${sql}) q (row) order by 1`);
  return rows.map(({ row }) => row);
}

// A file is told by its name and content; of several that have both it does not matter which.
const file = "(select f.name || ' ' || f.sha256 from weather.file f where f.id = t.file_id)";
const station = '(select s.code from weather.station s where s.id = t.station_id)';

const queries = {
  station: "select to_jsonb(t) - '{id,created_at}'::text[] from weather.station t",
  file: "select to_jsonb(t) - '{id,run,claim,loaded_at}'::text[] from weather.file t",
  observation: `select to_jsonb(t) - '{station_id,file_id}'::text[] || jsonb_build_object('station', ${station}, 'file', ${file})
    from weather.observation t`,
  aggregate: `select to_jsonb(t) - 'station_id' || jsonb_build_object('station', ${station}) from weather.aggregate t`,
  station_aggregate: `select to_jsonb(t) - '{station_id,file_id}'::text[] || jsonb_build_object('station', ${station}, 'file', ${file})
    from weather.station_aggregate t`,
  incident: `select to_jsonb(t) - '{id,task,run,first_at,last_at,closed_at,details}'::text[]
      || jsonb_build_object('from', (select f.name from weather.file f where f.id = (t.details ->> 'file')::bigint))
    from regie.incident t`,
  dirty_hour: 'select to_jsonb(t) from weather.dirty_hour t',
};

/** The folders of a loader, `data/weather` of an installation. */
export interface Kept {
  /** Paths of the files in archive/ and failed/ with their SHA-256, sorted; without the reports beside them. */
  files: string[];
  /** What the reports beside them say, by path; without the run and the time. */
  reports: Record<string, unknown>;
  /** What is still in inbox/ and work/. */
  left: string[];
}

const REPORT = /\.(?:rejects|error)\.json$/;

export function keptIn(folder: string): Kept {
  const kept = ['archive', 'failed'].flatMap((name) => filesBelow(folder, name));
  return {
    files: kept
      .filter((name) => !REPORT.test(name))
      .map((name) => `${name} ${hash(readFileSync(path.join(folder, name)))}`),
    reports: Object.fromEntries(
      kept
        .filter((name) => REPORT.test(name))
        .map((name) => {
          const {
            run: _run,
            at: _at,
            ...rest
          } = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Record<string, unknown>;
          return [name, rest];
        }),
    ),
    left: ['inbox', 'work'].flatMap((name) => entriesBelow(folder, name)),
  };
}

/** SHA-256 of what is kept, sorted. */
export function hashesIn({ files }: Kept): string[] {
  const hashes: string[] = files.map((line) => line.slice(line.lastIndexOf(' ') + 1));
  return hashes.sort();
}

/** SHA-256 of what was delivered, sorted: each must be kept exactly once. */
export function hashesOf(files: readonly InputFile[]): string[] {
  return files.map(({ text }) => hash(Buffer.from(text))).sort();
}

/** Is every aggregate what its observations give, and does none wait? */
export async function verified(databaseUrl: string): Promise<Verification> {
  const pool = openPool(databaseUrl, { max: 1 });
  const db = await pool.connect();
  try {
    await db.query('set search_path to weather');
    return await verify(db);
  } finally {
    db.release(true);
    await pool.end();
  }
}

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Files below `folder/name`, without a folder's mark of its installation. */
function filesBelow(folder: string, name: string): string[] {
  if (!existsSync(path.join(folder, name))) return [];
  return readdirSync(path.join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('.regie/'))
    .sort();
}

/** Files of inbox/, whose folders are the senders' own; files and folders of work/. */
function entriesBelow(folder: string, name: string): string[] {
  const files = filesBelow(folder, name);
  if (name === 'inbox') return files;
  return [...files, ...readdirSync(path.join(folder, name)).filter((entry) => entry !== '.regie')];
}
