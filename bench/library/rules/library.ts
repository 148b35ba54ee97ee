import type { Pool } from 'pg';
import { syncLibrary } from '../../../src/library/model/sync.ts';
import { librarySchema, type LibrarySettings } from '../../../src/library/library-settings.ts';
import { openPool } from '../../../src/store/connection.ts';
import { freshDatabase, type TestDatabase } from '../../../test/support/postgres.ts';

export const librarySettings: LibrarySettings = librarySchema.parse({
  databoxes: {
    Press: {
      timezone: 'Europe/Paris',
      collections: { Inbox: {}, Online: {}, Archive: {} },
      fields: [{ name: 'Author' }, { name: 'Expires', type: 'date' }],
    },
  },
});

/**
 * A library of so many records, two values each. A tenth of them, spread over all, is what the rules want: they alone have
 * status 48, are by Wanted, and have expired.
 */
export async function makeLibrary(records: number): Promise<TestDatabase> {
  const database = await freshDatabase();
  const pool = openPool(database.url, { max: 1 });
  try {
    await syncLibrary(pool, librarySettings);
    await fill(pool, records);
    await pool.query('vacuum analyze');
  } finally {
    await pool.end();
  }
  return database;
}

async function fill(pool: Pool, records: number): Promise<void> {
  await pool.query(
    `insert into library.original (sha256, bytes)
     select sha256(int8send(n)), 4096 from generate_series(1::bigint, $1) n`,
    [records],
  );
  await pool.query(
    `insert into library.record (databox_id, collection_id, sha256, kind, mime, bytes, name, status, created_at)
     select d.id, c.id, sha256(int8send(n)), 'image', 'image/jpeg', 4096, 'IMG_' || n || '.jpg', (n % 10) << 4,
            now() - n * interval '1 second'
     from library.databox d join library.collection c on c.databox_id = d.id and c.name = 'Inbox',
          generate_series(1::bigint, $1) n`,
    [records],
  );
  await pool.query(
    `insert into library.value (record_id, field_id, text)
     select r.id, f.id, case r.status when 48 then 'Wanted' else 'Author ' || r.id % 1000 end
     from library.record r, library.field f where f.name = 'Author'`,
  );
  await pool.query(
    `insert into library.value (record_id, field_id, text, date)
     select r.id, f.id, to_char(due.at, 'YYYY-MM-DD'), due.at
     from library.record r, library.field f, lateral (
       select date_trunc('day', now() at time zone 'UTC')
         + case r.status when 48 then -1 - r.id % 300 else 2 + r.id % 300 end * interval '1 day' as at) due
     where f.name = 'Expires'`,
  );
}
