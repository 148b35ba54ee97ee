import {
  appendFileSync,
  copyFileSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';
import type { PoolClient } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchiver, type Archiver } from './support.ts';

let archiver: Archiver;
let hot: (name: string) => string;
beforeEach(async () => {
  archiver = await openArchiver({ settings: { rules: [{ mask: '\\.txt$' }, { grouping: '^story' }] } });
  hot = (name) => path.join(archiver.folders.hotfolder, name);
});
afterEach(() => archiver.close());

/** A run that dies in the moment when its rows are committed, before any file is moved; or after another statement. */
async function dieAfterCommit(statement = /^commit$/): Promise<void> {
  const onSession = (db: PoolClient) => {
    const query = db.query.bind(db) as (...args: unknown[]) => Promise<unknown>;
    const dying = async (...args: unknown[]) => {
      const answer = await query(...args);
      if (typeof args[0] === 'string' && statement.test(args[0])) throw new Error('killed');
      return answer;
    };
    Object.assign(db, { query: dying });
  };
  await expect(archiver.run({ id: 'run/died', onSession })).rejects.toThrow('killed');
}

const count = async (what: string) =>
  (await archiver.query<{ n: number }>(`select count(*)::int as n from library.${what}`))[0]!.n;

describe('after a crash', () => {
  it('what is committed is moved first, and counts for the run that did it', async () => {
    archiver.put('a.txt', 'a');
    archiver.put('b.bin', 'b');
    await dieAfterCommit();
    expect(await count("intake where state = 'pending'")).toBe(2);
    // Killed a moment later, while it has a name of ours; and another one came.
    const [row] = await archiver.query<{ id: string }>("select id from library.intake where path = 'a.txt'");
    renameSync(hot('a.txt'), hot(`.regie-intake-${row!.id}`));
    archiver.put('a.txt', 'new');
    expect(await archiver.poll()).toMatchObject({ work: true });
    expect(await archiver.run()).toMatchObject({ counts: { files: 1, archived: 1 } });
    expect(await archiver.run({ id: 'run/died' })).toMatchObject({ counts: { archived: 1, refused: 1 } });
    expect(archiver.files()).toEqual([]);
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'a.txt', 'a~1.txt']);
    expect(readFileSync(path.join(archiver.folders.archived, 'a.txt'), 'utf8')).toBe('a');
    expect(archiver.files('refused')).toEqual(['.phrasea.xml', 'b.bin', 'b.bin.error.json']);
    expect(await count('record')).toBe(2);
  });

  it('a file that was not renamed yet is known', async () => {
    archiver.put('a.txt', 'a');
    await dieAfterCommit();
    expect(await archiver.run()).toMatchObject({ outcome: 'idle', counts: { files: 0 } });
    expect(await count('record')).toBe(1);
    expect(await count('quarantine')).toBe(0);
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'a.txt']);
  });

  it('another file under its name is a new one, whatever it holds', async () => {
    archiver.put('a.txt', 'a');
    await dieAfterCommit();
    rmSync(hot('a.txt'));
    archiver.put('a.txt', 'other');
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt', 'photos/a.txt']);
    expect(readFileSync(path.join(archiver.folders.archived, 'a.txt'), 'utf8')).toBe('other');
  });

  it('a disk that numbers its files anew does not make it another one', async () => {
    archiver.put('a.txt', 'a');
    await dieAfterCommit();
    const { atime, mtime } = statSync(hot('a.txt'));
    copyFileSync(hot('a.txt'), hot('.copy'));
    utimesSync(hot('.copy'), atime, mtime);
    renameSync(hot('.copy'), hot('a.txt'));
    await archiver.query("update library.intake set mtime_ns = $1 where path = 'a.txt'", [
      statSync(hot('a.txt'), { bigint: true }).mtimeNs.toString(),
    ]);
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt']);
    expect(await count('quarantine')).toBe(0);
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'a.txt']);
  });

  it('a file that has both names is moved once', async () => {
    archiver.put('a.txt', 'a');
    archiver.put('b.txt', 'b');
    await archiver.run();
    await archiver.query("update library.intake set state = 'pending'");
    const [id] = await archiver.query<{ id: string }>("select id from library.intake where path = 'a.txt'");
    linkSync(path.join(archiver.folders.archived, 'a.txt'), hot(`.regie-intake-${id!.id}`));
    await archiver.run();
    expect(archiver.files()).toEqual([]);
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'a.txt', 'b.txt']);
    expect(await count("intake where state = 'pending'")).toBe(0);
  });

  it('a file that somebody wrote to in the very moment is not moved: it gets its name back, and is a new one', async () => {
    archiver.put('a.txt', 'a');
    await dieAfterCommit();
    const [row] = await archiver.query<{ id: string }>("select id from library.intake where path = 'a.txt'");
    renameSync(hot('a.txt'), hot(`.regie-intake-${row!.id}`));
    appendFileSync(hot(`.regie-intake-${row!.id}`), 'more');
    archiver.put('a.txt', 'third');
    await archiver.run();
    expect(await count('record')).toBe(3);
    expect(archiver.files()).toEqual([]);
    const kept = archiver.files('archived').filter((name) => name.startsWith('a'));
    expect(
      kept.map((name) => readFileSync(path.join(archiver.folders.archived, name), 'utf8')).sort(),
    ).toEqual(['amore', 'third']);
  });

  it('a story that is committed is remembered, and the rest of its folder joins it', async () => {
    archiver.change({ groupFiles: 2, rules: [{ grouping: '^story' }] });
    for (const n of [1, 2, 3, 4, 5]) archiver.put(`story/${n}.txt`);
    await dieAfterCommit();
    expect(await count("record where type = 'story'")).toBe(1);
    await archiver.run();
    expect(await count("record where type = 'story'")).toBe(1);
    expect(await count('story_member')).toBe(5);
  });

  it('what is said of a folder is where its files are, though it died when they were done', async () => {
    archiver.put('a.txt', 'a');
    archiver.put('b.bin', 'b');
    await dieAfterCommit(/^\s*update library\.intake/);
    expect(await count("intake where state = 'pending'")).toBe(0);
    await archiver.run();
    for (const folder of ['archived', 'refused'] as const)
      expect(archiver.files(folder)).toContain('.phrasea.xml');
  });

  it('two runs at once do not take a file twice', async () => {
    for (let n = 0; n < 20; n += 1) archiver.put(`${n}.txt`);
    archiver.change({ groupFiles: 3, rules: [] });
    const reports = await Promise.all([archiver.run(), archiver.run()]);
    expect(reports.map(({ outcome }) => outcome).sort()).toEqual(['done', 'waiting']);
    expect(await count('record')).toBe(20);
    expect(await count('quarantine')).toBe(0);
  });
});

describe('the ledger', () => {
  it('forgets files that were archived long ago', async () => {
    archiver.put('a.txt');
    await archiver.run();
    await archiver.query("update library.intake set at = now() - interval '31 days'");
    await archiver.run();
    expect(await count('intake')).toBe(0);
    expect(await count('record')).toBe(1);
  });
});
