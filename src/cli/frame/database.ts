import type { Pool } from 'pg';
import { readRunFile } from '../../servers/run-file.ts';
import { isRunning } from '../../servers/processes.ts';
import { openPool } from '../../store/connection.ts';
import { deadline } from './deadline.ts';

/** Address of the installation's database: `DATABASE_URL`, else that of the running `regie up` in `root`. */
export async function databaseUrl(root: string): Promise<string | undefined> {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const local = (await readRunFile(root))?.postgres;
  // After a crash the file names a server that is gone, and its port may be somebody else's.
  return local && isRunning(local.process) ? local.url : undefined;
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
