import { afterAll } from 'vitest';
import { openPool } from '../../../src/store/connection.ts';
import { freshDatabase, type TestDatabase } from '../../support/postgres.ts';

/** Emptied databases: making one takes longer than most tests. */
const idle: TestDatabase[] = [];
afterAll(async () => {
  for (const database of idle.splice(0)) await database.drop();
});

/** A database with an empty library. */
export interface LibraryDatabase {
  url: string;
  /** Empties it, for the next test. */
  close(): Promise<void>;
}

export async function libraryDatabase(): Promise<LibraryDatabase> {
  const database = idle.pop() ?? (await freshDatabase());
  return {
    url: database.url,
    async close() {
      const pool = openPool(database.url, { max: 1 });
      const { rows } = await pool.query<{ name: string }>(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'library' or tablename in ('watched_file', 'incident')",
      );
      await pool.query(`truncate ${rows.map(({ name }) => name).join(', ')} restart identity`);
      await pool.end();
      idle.push(database);
    },
  };
}
