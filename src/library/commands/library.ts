import type { PoolClient } from 'pg';
import type { Config } from '../../task/config.ts';
import { syncLibrary } from '../model/sync.ts';
import { CliError, exit } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { withDatabase } from '../../command/with-database.ts';
import { librarySection } from '../library-settings.ts';

/**
 * Gives `work` a connection to a database that has what the configuration declares; errors as `withDatabase` has them,
 * and exit 5 for what does not fit (something that is there already, or was decided before).
 */
export async function withLibrary<T>(
  session: Session,
  work: (db: PoolClient, config: Config) => Promise<T>,
): Promise<T> {
  const config = await session.config();
  return withDatabase(session, async (db) => {
    await syncLibrary(db, librarySection.of(config));
    return work(db, config);
  }).catch((error: unknown) => {
    const refused = error instanceof Error && (error.name === 'Exists' || error.name === 'CommandRejected');
    throw refused ? new CliError(exit.refused, error.message) : error;
  });
}

/** `1 record`, `3 records`. */
export const some = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
