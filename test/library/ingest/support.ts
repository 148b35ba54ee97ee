import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool, PoolClient } from 'pg';
import {
  needCollection,
  needDatabox,
  type Collection,
  type Databox,
} from '../../../src/library/model/databox.ts';
import { syncLibrary } from '../../../src/library/model/sync.ts';
import { MetadataReader } from '../../../src/library/metadata/exiftool.ts';
import { OriginalStore } from '../../../src/library/originals/store.ts';
import { librarySchema } from '../../../src/library/library-settings.ts';
import { openPool } from '../../../src/store/connection.ts';
import { freshDatabase } from '../../support/postgres.ts';

/** A library of a test: database, storage, a folder for files, ExifTool. */
export interface TestLibrary {
  url: string;
  root: string;
  pool: Pool;
  db: PoolClient;
  store: OriginalStore;
  reader: MetadataReader;
  databox: Databox;
  collection: Collection;
  /** Writes a file; gives its path. */
  put(name: string, content: string | Uint8Array): string;
  query<R>(sql: string, values?: unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

/** `databox`: its section in `library.databoxes`; the first collection is the test's. */
export async function openLibrary(databox: Record<string, unknown> = {}): Promise<TestLibrary> {
  const database = await freshDatabase();
  const pool = openPool(database.url, { max: 4 });
  const root = mkdtempSync(path.join(tmpdir(), 'regie-library-'));
  const section = { collections: { photos: {} }, ...databox };
  await syncLibrary(pool, librarySchema.parse({ databoxes: { press: section } }));
  const box = await needDatabox(pool, 'press');
  const reader = new MetadataReader();
  const db = await pool.connect();
  return {
    url: database.url,
    root,
    pool,
    db,
    store: new OriginalStore(path.join(root, 'storage')),
    reader,
    databox: box,
    collection: needCollection(box, Object.keys(section.collections)[0]!),
    put(name, content) {
      const file = path.join(root, 'files', name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    async query<R>(sql: string, values?: unknown[]) {
      return (await pool.query(sql, values)).rows as R[];
    },
    async close() {
      await reader.close();
      db.release();
      await pool.end();
      await database.drop();
      rmSync(root, { recursive: true });
    },
  };
}
