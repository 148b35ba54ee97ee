import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isFolderInUse, withFolderLock } from '../../src/intake/folder-lock.ts';
import { writeGroup } from '../../src/intake/refused-rows.ts';
import { openPool } from '../../src/store/connection.ts';
import { inTransaction } from '../../src/store/transaction.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let pool: Pool;
let folder: string;
beforeAll(async () => {
  database = await freshDatabase();
  pool = openPool(database.url, { max: 2 });
  folder = mkdtempSync(path.join(tmpdir(), 'regie-intake-'));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

it('one session at a time uses a folder, by whatever path', async () => {
  const [a, b] = [await pool.connect(), await pool.connect()];
  try {
    symlinkSync(folder, path.join(folder, 'link'));
    const link = path.join(folder, 'link');
    const inner = async () => await withFolderLock(b, 'test', link, async () => 'worked');
    const seen = await withFolderLock(a, 'test', folder, async () => [
      await inner(),
      await isFolderInUse(b, 'test'),
      await isFolderInUse(b, 'other'),
      await withFolderLock(b, 'other', link, async () => 'worked'),
    ]);
    expect(seen).toEqual([undefined, true, false, 'worked']);
    await expect(
      withFolderLock(a, 'test', folder, async () => {
        throw new Error('failed');
      }),
    ).rejects.toThrow('failed');
    expect([await inner(), await isFolderInUse(a, 'test')]).toEqual(['worked', false]);
  } finally {
    a.release();
    b.release();
  }
});

it('a group of which the database refuses something is written without that', async () => {
  const db = await pool.connect();
  try {
    await db.query('create temporary table number (n int check (n <> 3))');
    const refused: string[] = [];
    const write = (group: readonly number[]) =>
      inTransaction(db, async () => {
        for (const n of group) await db.query('insert into number values ($1)', [n]);
        return group.length;
      });
    const written: number[] = [];
    const writer = {
      write,
      written: async (count: number) => void written.push(count),
      refuse: async (n: number, reason: string) => void refused.push(`${n}: ${reason}`),
    };
    await writeGroup(writer, [1, 2]);
    await writeGroup(writer, [3, 4, 2 ** 40, 5]);
    const { rows } = await db.query<{ n: number }>('select n from number order by n');
    expect(rows.map(({ n }) => n)).toEqual([1, 2, 4, 5]);
    expect(written).toEqual([2, 1, 1]);
    expect(refused).toEqual([
      expect.stringMatching(/^3: PostgreSQL refused its rows: .*check constraint.* \(Failing row/),
      expect.stringMatching(/^1099511627776: PostgreSQL refused its rows: .*out of range/),
    ]);
    // What is no fault of the data is no refusal.
    await db.query('drop table number');
    await expect(writeGroup(writer, [6])).rejects.toThrow('does not exist');
    expect(refused).toHaveLength(2);
  } finally {
    db.release(true);
  }
});
