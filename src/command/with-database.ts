import type { PoolClient } from 'pg';
import { CliError, exit, UsageError } from './exit.ts';
import type { Session } from './session.ts';

/**
 * Gives `work` a connection to the installation's database. What it does not find there (`NotFound`, RangeError) becomes
 * wrong usage (exit 2); no database is exit 3.
 */
export async function withDatabase<T>(session: Session, work: (db: PoolClient) => Promise<T>): Promise<T> {
  const pool = await session.database();
  if (!pool) {
    const why = await session.whyNoDatabase();
    throw new CliError(exit.noServer, `No database answers: ${why}. \`regie doctor\` says more.`);
  }
  const db = await pool.connect();
  try {
    return await work(db);
  } catch (error) {
    const asked = error instanceof RangeError || (error instanceof Error && error.name === 'NotFound');
    throw asked ? new UsageError(error.message) : error;
  } finally {
    db.release();
  }
}
