import type { PoolClient } from 'pg';
import { ensureTwins, leaveSchema, useSchema } from '../../weather/schema.ts';
import { CliError, exit, UsageError } from '../frame/exit.ts';
import { whyNoDatabase } from '../frame/database.ts';
import type { Session } from '../frame/session.ts';

/**
 * Gives `work` a connection that sees the weather tables, or a rehearsal's. A station, level, measure or date that
 * there is none of becomes wrong usage (exit 2); no database is exit 3.
 */
export async function withTables<T>(
  session: Session,
  tmp: boolean,
  work: (db: PoolClient) => Promise<T>,
): Promise<T> {
  const pool = await session.database();
  if (!pool) {
    const why = await whyNoDatabase((await session.config()).root);
    throw new CliError(exit.noServer, `No database answers: ${why}. \`regie doctor\` says more.`);
  }
  const db = await pool.connect();
  try {
    if (tmp) await ensureTwins(db);
    await useSchema(db, tmp);
    return await work(db);
  } catch (error) {
    const asked = error instanceof RangeError || (error instanceof Error && error.name === 'Unknown');
    throw asked ? new UsageError(error.message) : error;
  } finally {
    await leaveSchema(db).catch(() => undefined);
    db.release();
  }
}
