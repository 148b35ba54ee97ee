import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { PoolClient } from 'pg';
import { afterEach, expect, test } from 'vitest';
import { sha256 } from '../../../src/files/move.ts';
import { cards, openBooks, type Books } from './support.ts';

/** A run that dies at each of its statements in PostgreSQL, before or after it took effect: the next one ends as if nothing had happened. */

let books: Books;
afterEach(() => books.close());

class Died extends Error {}

/** Lets `at` statements pass, then dies: all later ones too, as those of a lost session. */
function dying(db: PoolClient, at: number, after: boolean): { restore(): void; count(): number } {
  const own = db.query.bind(db) as (...args: unknown[]) => Promise<unknown>;
  let n = 0;
  const query = async (...args: unknown[]) => {
    n += 1;
    if (n < at || (n === at && after)) {
      const result = await own(...args);
      if (n < at) return result;
      // What a dead session has open is rolled back.
      await own('rollback').catch(() => undefined);
    } else if (n === at) await own('rollback').catch(() => undefined);
    throw new Died(`statement ${n}`);
  };
  Object.assign(db, { query });
  return { restore: () => void delete (db as Partial<PoolClient>).query, count: () => n };
}

test('wherever it dies, one file is delivered once', async () => {
  books = await openBooks({ cards: cards() });
  const out = path.join(books.root, 'out');
  const kept = path.join(books.root, 'data/exports/canal');
  let day = new Date('2026-01-01T00:00:00Z');
  let died = true;
  for (let at = 1; died; at++)
    for (const after of [false, true]) {
      day = new Date(day.getTime() + 86_400_000);
      const key = day.toISOString().slice(0, 10);
      const name = `cards_${key.replaceAll('-', '')}.csv`;
      const cut = dying(books.db, at, after);
      const first = await books
        .run({ now: `${key}T04:00:00Z`, run: 'first' })
        .catch((error: unknown) => error);
      cut.restore();
      died = first instanceof Died;
      // Never half a file under its final name.
      for (const file of [path.join(out, name), path.join(kept, name)].filter((each) => existsSync(each)))
        expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^day;from\r\n${key};.*\r\n$`));
      await books.run({ now: `${key}T04:00:01Z`, nominal: `${key}T04:00:00Z`, run: 'first' });
      expect(await books.units()).toContainEqual(
        expect.objectContaining({ key, state: 'delivered', edition: 1 }),
      );
      expect((await books.deliveries(key)).map(({ state }) => state)).toEqual(['delivered']);
      const [file, ...others] = await books.files(key);
      expect(others).toEqual([]);
      expect(await sha256(path.join(out, name))).toBe(file!.sha256);
      expect(await sha256(path.join(kept, name))).toBe(file!.sha256);
      expect(readdirSync(path.join(books.root, 'data/exports/.work/cards'))).toEqual([]);
    }
  expect(readdirSync(out).filter((name) => !name.startsWith('cards_'))).toEqual([]);
}, 240_000);
