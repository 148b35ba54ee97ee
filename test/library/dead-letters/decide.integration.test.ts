import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dismissDeadLetter, retryDeadLetter } from '../../../src/library/dead-letters/decide.ts';
import {
  countDeadLetters,
  listDeadLetters,
  readDeadLetters,
  type DeadLetter,
} from '../../../src/library/dead-letters/list.ts';
import { libraryInstallation, type LibraryInstallation } from '../support/library-installation.ts';

let library: LibraryInstallation;
let hotfolder: string;
let aside: string;

beforeAll(async () => {
  library = await libraryInstallation();
  hotfolder = path.join(library.root, 'hot');
  aside = path.join(library.root, '_error');
});
afterAll(() => library.close());

async function letter(subject: string, kept?: string): Promise<DeadLetter> {
  const { rows } = await library.db.query<{ id: number }>(
    `insert into library.dead_letter (task, subject, what, reason, kept, state)
     values ('archive', $1, 'unmatched', 'no rule takes it', $2, 'dead') returning id::int`,
    [subject, kept ?? null],
  );
  return (await readDeadLetters(library.db, [rows[0]!.id]))[0]!;
}

function putAside(subject: string): string {
  const kept = path.join(aside, subject);
  mkdirSync(path.dirname(kept), { recursive: true });
  writeFileSync(kept, subject);
  writeFileSync(`${kept}.error.json`, '{}');
  return kept;
}

const state = async ({ id }: DeadLetter) => (await readDeadLetters(library.db, [Number(id)]))[0]!;

test('a file that was moved aside goes back to its place, its reason goes', async () => {
  const kept = putAside('sub/a.txt');
  const dead = await letter('sub/a.txt', kept);
  expect(await countDeadLetters(library.db, 'ARCHIVE')).toBe(1);
  await retryDeadLetter(library.db, dead, { hotfolder });
  expect(readFileSync(path.join(hotfolder, 'sub/a.txt'), 'utf8')).toBe('sub/a.txt');
  expect([existsSync(kept), existsSync(`${kept}.error.json`)]).toEqual([false, false]);
  expect(await state(dead)).toMatchObject({ state: 'retrying', kept: null, notBefore: null });
  // Cut off after the move: the letter still says where the file was.
  await retryDeadLetter(library.db, dead, { hotfolder });
});

test('a file in the way is not overwritten, and the letter stays', async () => {
  const kept = putAside('b.txt');
  writeFileSync(path.join(hotfolder, 'b.txt'), 'another');
  const dead = await letter('b.txt', kept);
  await expect(retryDeadLetter(library.db, dead, { hotfolder })).rejects.toThrow(/b\.txt is there; move one/);
  expect([existsSync(kept), readFileSync(path.join(hotfolder, 'b.txt'), 'utf8')]).toEqual([true, 'another']);
  expect(await state(dead)).toMatchObject({ state: 'dead', kept });
});

test('without its file, or without its task, it says what to do', async () => {
  const dead = await letter('c.txt', path.join(aside, 'c.txt'));
  await expect(retryDeadLetter(library.db, dead, { hotfolder })).rejects.toThrow(/errors dismiss/);
  await expect(retryDeadLetter(library.db, dead, undefined)).rejects.toThrow(/no task archive/);
});

test('a task without a hotfolder puts it back itself', async () => {
  const kept = putAside('batch');
  const dead = await letter('batch', kept);
  await retryDeadLetter(library.db, dead, {});
  expect(await state(dead)).toMatchObject({ state: 'retrying', kept, notBefore: null });
  expect(existsSync(kept)).toBe(true);
});

test('a dismissed one is neither listed nor decided again; its file stays', async () => {
  const kept = putAside('d.txt');
  const dead = await letter('d.txt', kept);
  await dismissDeadLetter(library.db, dead, 'me@here', 'not ours');
  const now = await state(dead);
  expect(now).toMatchObject({ state: 'dismissed', closedBy: 'me@here', note: 'not ours' });
  expect(existsSync(kept)).toBe(true);
  await expect(retryDeadLetter(library.db, now, { hotfolder })).rejects.toThrow(
    /dismissed already, by me@here/,
  );
  const ids = (await listDeadLetters(library.db)).map(({ id }) => id);
  expect(ids).not.toContain(dead.id);
  expect((await listDeadLetters(library.db, { all: true, task: 'archive' }))[0]!.id).toBe(dead.id);
});
