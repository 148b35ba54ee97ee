import type { PoolClient } from 'pg';
import { ensureTwins, leaveSchema, useSchema } from '../weather-schema.ts';
import type { Session } from '../../command/session.ts';
import { withDatabase } from '../../command/with-database.ts';

/** Gives `work` a connection that sees the weather tables, or a rehearsal's; errors as `withDatabase` has them. */
export function withTables<T>(
  session: Session,
  tmp: boolean,
  work: (db: PoolClient) => Promise<T>,
): Promise<T> {
  return withDatabase(session, async (db) => {
    try {
      if (tmp) await ensureTwins(db);
      await useSchema(db, tmp);
      return await work(db);
    } finally {
      await leaveSchema(db).catch(() => undefined);
    }
  });
}
