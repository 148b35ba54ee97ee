import type { Pool, PoolClient } from 'pg';
import { openPool } from '../../../src/store/connection.ts';
import { commandInstallation } from '../../support/command-installation.ts';
import type { Said } from '../../support/command.ts';
import { freshDatabase } from '../../support/postgres.ts';

/** A migrated database, and the installation that it belongs to. */
export interface LibraryInstallation {
  root: string;
  url: string;
  pool: Pool;
  db: PoolClient;
  /** `regie library …`, in this installation. */
  regie(...args: string[]): Promise<Said>;
  close(): Promise<void>;
}

/** `library` and `tasks`: those sections of its configuration, as TypeScript. */
export async function libraryInstallation(library = '{}', tasks = '[]'): Promise<LibraryInstallation> {
  const { url, drop } = await freshDatabase();
  const pool = openPool(url);
  const db = await pool.connect();
  const { root, regie, remove } = commandInstallation(
    url,
    `{ installation: 'test', library: ${library}, tasks: ${tasks} }`,
  );
  return {
    root,
    url,
    pool,
    db,
    regie: (...args) => regie('library', ...args),
    async close() {
      remove();
      db.release();
      await pool.end();
      await drop();
    },
  };
}
