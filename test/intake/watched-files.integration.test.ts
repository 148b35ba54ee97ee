import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool, PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { identify } from '../../src/intake/file-identity.ts';
import {
  forgetReturned,
  lookAtDueFiles,
  noteReturned,
  noteUnmoved,
  putBack,
  readDueFiles,
  readReturned,
  stateOf,
  unwatch,
  watchFiles,
  watchOn,
} from '../../src/intake/watched-files.ts';
import { openPool } from '../../src/store/connection.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let pool: Pool;
let db: PoolClient;
let folder: string;
let at: (name: string) => string;
beforeAll(async () => {
  database = await freshDatabase();
  pool = openPool(database.url, { max: 1 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  db = await pool.connect();
  folder = mkdtempSync(path.join(tmpdir(), 'regie-intake-'));
  at = (name) => path.join(folder, name);
});
afterEach(async () => {
  await db.query('truncate regie.watched_file restart identity');
  db.release();
  rmSync(folder, { recursive: true });
});

/** Watches a file that is due. */
async function watch(name: string, text = 'half') {
  writeFileSync(at(name), text);
  await watchFiles(db, 'task', [{ ref: name, path: at(name), ...identify(at(name))! }], 0);
  return (await readDueFiles(db, 'task')).find(({ ref }) => ref === name)!;
}

it('a file is due after a time, at its own task', async () => {
  writeFileSync(at('a'), 'a');
  await watchFiles(db, 'task', [{ ref: '1', path: at('a'), ...identify(at('a'))! }], 3_600_000);
  expect(await readDueFiles(db, 'task')).toEqual([]);
  await db.query('update regie.watched_file set due_at = now()');
  expect(await readDueFiles(db, 'another')).toEqual([]);
  const [file] = await readDueFiles(db, 'task');
  expect(file).toMatchObject({ ref: '1', path: at('a'), checks: 0, back: null, ...identify(at('a'))! });
  await unwatch(db, [file!]);
  expect(await readDueFiles(db, 'task')).toEqual([]);
});

it('is looked at twice, and more often where it was refused', async () => {
  const looks = async (isRefused: boolean) => {
    let file = await watch('a');
    const after: number[] = [];
    for (;;) {
      const { same, on } = await lookAtDueFiles([file], 1_000, () => isRefused);
      if (same.length > 0) return after;
      after.push(on[0]!.after);
      await watchOn(db, [{ ...on[0]!, after: 0 }]);
      file = (await readDueFiles(db, 'task'))[0]!;
    }
  };
  expect(await looks(false)).toEqual([12_000]);
  const refused = await looks(true);
  expect(refused.slice(0, 4)).toEqual([12_000, 2_000, 4_000, 8_000]);
  expect([Math.max(...refused), refused.length]).toEqual([3_600_000, 17]);
});

it('one that has changed is put back, beside another one that has its name, and is known', async () => {
  const file = await watch('kept');
  appendFileSync(at('kept'), ' and half');
  expect(stateOf(file)).toBe('changed');
  writeFileSync(at('arrived.txt'), 'another');
  const back = await putBack(db, file, at('arrived.txt'));
  expect(back).toBe(at('arrived~1.txt'));
  expect([readFileSync(back!, 'utf8'), existsSync(at('kept'))]).toEqual(['half and half', false]);
  await noteReturned(db, file, back!);
  expect(await readDueFiles(db, 'task')).toEqual([]);
  expect(await readReturned(db, 'task')).toMatchObject([
    { ref: 'kept', path: back, inode: identify(back!)!.inode },
  ]);
  await forgetReturned(db, 'task', 3_600_000);
  expect(await readReturned(db, 'task')).toHaveLength(1);
  await forgetReturned(db, 'task', -1_000);
  expect(await readReturned(db, 'task')).toEqual([]);
});

it('is put back once, wherever a run that did so was killed', async () => {
  for (const killed of ['before the link', 'after it', 'after the removal'] as const) {
    const file = await watch('kept', killed);
    const arrived = at(`${killed}.txt`);
    await db.query('update regie.watched_file set back = $1', [arrived]);
    if (killed === 'after it') linkSync(at('kept'), arrived);
    if (killed === 'after the removal') renameSync(at('kept'), arrived);
    const again = (await readDueFiles(db, 'task'))[0]!;
    expect(again.id).toBe(file.id);
    expect(await putBack(db, again, arrived)).toBe(arrived);
    expect([
      readFileSync(arrived, 'utf8'),
      existsSync(at('kept')),
      existsSync(at(`${killed}~1.txt`)),
    ]).toEqual([killed, false, false]);
    expect(stateOf(again)).toBe('moved');
  }
});

it('one that somebody took away is gone; one that never left is known', async () => {
  const file = await watch('kept');
  rmSync(at('kept'));
  expect([stateOf(file), await putBack(db, file, at('arrived'))]).toEqual(['gone', undefined]);
  writeFileSync(at('stays'), 'x');
  await noteUnmoved(db, 'task', [{ ref: '7', path: at('stays'), ...identify(at('stays'))! }]);
  expect(await readReturned(db, 'task')).toMatchObject([{ ref: '7', path: at('stays') }]);
});
