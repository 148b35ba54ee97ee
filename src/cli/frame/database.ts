import type { Pool } from 'pg';
import { openPool } from '../../store/connection.ts';
import { deadline } from './deadline.ts';

/**
 * The database of the installation in `root`: `DATABASE_URL`, else the one that `regie up` wrote into
 * `.regie/run.json`. Undefined when there is neither, or when it does not answer within a second.
 */
export async function openDatabase(root: string): Promise<Pool | undefined> {
  const url = process.env.DATABASE_URL || (await localUrl(root));
  if (!url) return undefined;
  const pool = openPool(url, { max: 4, applicationName: 'regie cli', connectTimeout: deadline });
  try {
    await pool.query('select 1');
    return pool;
  } catch {
    await pool.end();
    return undefined;
  }
}

async function localUrl(root: string): Promise<string | undefined> {
  const { attach } = await import('../../servers/local.ts');
  return (await attach(root))?.databaseUrl;
}
