import type { Pool } from 'pg';
import { unavailableServers } from '../temporal/unavailable.ts';
import { readRunFile } from '../processes/run-file.ts';
import { isRunning } from '../processes/processes.ts';
import { openPool } from '../store/connection.ts';
import { deadline } from './deadline.ts';

/** Address of the installation's database: `DATABASE_URL`, else that of the running `regie up` in `root`. */
export async function databaseUrl(root: string): Promise<string | undefined> {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const local = (await readRunFile(root))?.postgres;
  // After a crash the file names a server that is gone, and its port may be somebody else's.
  return local && isRunning(local.process) ? local.url : undefined;
}

/** Why there is no database, when `openDatabase` gave none; for operators. */
export async function whyNoDatabase(root: string): Promise<string> {
  if (process.env.DATABASE_URL) return 'the PostgreSQL of DATABASE_URL does not answer within a second';
  const away = (await unavailableServers(root)).find(({ server }) => server === 'PostgreSQL');
  if (away) return away.words;
  return (await databaseUrl(root)) === undefined
    ? '`regie up` does not run in this folder, and DATABASE_URL is not set'
    : 'the PostgreSQL of `regie up` does not answer within a second';
}

/** The installation's database; undefined when there is none, or none answers within a second. */
export async function openDatabase(root: string): Promise<Pool | undefined> {
  const url = await databaseUrl(root);
  if (url === undefined) return undefined;
  const pool = openPool(url, { max: 4, applicationName: 'regie cli', connectTimeout: deadline });
  try {
    await pool.query('select 1');
    return pool;
  } catch {
    await pool.end();
    return undefined;
  }
}
