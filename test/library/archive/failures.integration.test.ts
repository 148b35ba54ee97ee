import { chmodSync, chownSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Missing } from '../../transfer/support/debian-packages.ts';
import { mountSmallDisk, type SmallDisk } from '../../transfer/support/small-disk.ts';
import { openArchiver, type Archiver } from './support.ts';
import { runChild } from './run-child.ts';

let archiver: Archiver;
beforeEach(async () => {
  archiver = await openArchiver();
});
afterEach(() => archiver.close());

const letters = () =>
  archiver.query(
    'select subject, what, state, attempts, not_before > now() as later from regie.incident order by subject',
  );

/** Whoever is root may read everything: then the run is that of another user, who owns the installation. */
const NOBODY = 65_534;
async function runAsUser() {
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  if (uid !== undefined) {
    for (const entry of readdirSync(archiver.root, { recursive: true, withFileTypes: true }))
      chownSync(path.join(entry.parentPath, entry.name), uid, uid);
    chownSync(archiver.root, uid, uid);
  }
  return runChild({
    url: archiver.url,
    root: archiver.root,
    run: 'run/child',
    settings: { hotfolder: 'hot', stableFor: 0 },
    databox: {},
    ...(uid === undefined ? {} : { uid }),
  });
}

describe('files that cannot be taken', () => {
  it('one that cannot be read is tried again later, and given up in the end; the others are taken', async () => {
    chmodSync(archiver.put('a.txt'), 0);
    archiver.put('b.txt');
    expect(await runAsUser()).toMatchObject({
      outcome: 'done',
      counts: { archived: 1, failed: 1 },
      waiting: [{ count: 1 }],
    });
    expect(await letters()).toEqual([
      { subject: 'a.txt', what: 'unreadable-file', state: 'retrying', attempts: 1, later: true },
    ]);
    // Not before it is due.
    expect(await archiver.poll()).toMatchObject({ work: false });
    expect((await runAsUser()).counts).toEqual({ files: 1, archived: 1, bytes: 16 });
    await archiver.query('update regie.incident set attempts = 5, not_before = now()');
    expect(await archiver.poll()).toMatchObject({ work: true });
    await runAsUser();
    expect(await letters()).toEqual([
      { subject: 'a.txt', what: 'unreadable-file', state: 'given up', attempts: 6, later: null },
    ]);
    expect(await archiver.poll()).toMatchObject({ work: false, waiting: [] });
    expect(archiver.files()).toEqual(['a.txt']);

    // Mended, and put on its way again by `regie library errors retry`.
    chmodSync(path.join(archiver.folders.hotfolder, 'a.txt'), 0o644);
    await archiver.query("update regie.incident set state = 'retrying', not_before = null");
    expect(await archiver.poll()).toMatchObject({ work: true });
    await archiver.run();
    expect(archiver.files()).toEqual([]);
    expect(await letters()).toMatchObject([{ state: 'resolved' }]);
  });

  it('one that nobody wants any more is left alone, until it is another', async () => {
    chmodSync(archiver.put('a.txt'), 0);
    await runAsUser();
    await archiver.query(
      "update regie.incident set state = 'resolved', muted = true, closed_at = now(), not_before = null",
    );
    expect(await archiver.poll()).toMatchObject({ work: false, waiting: [] });
    await runAsUser();
    expect(await letters()).toMatchObject([{ state: 'resolved', attempts: 1 }]);
    rmSync(path.join(archiver.folders.hotfolder, 'a.txt'));
    archiver.put('a.txt', 'another');
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt']);
  });

  it('a folder that may not be read, or not be changed, holds up nothing else, and makes nothing twice', async () => {
    archiver.put('closed/a.txt');
    archiver.put('fixed/b.txt');
    archiver.put('c.txt');
    const folder = (name: string) => path.join(archiver.folders.hotfolder, name);
    chmodSync(folder('closed'), 0);
    chmodSync(folder('fixed'), 0o555);
    try {
      for (let n = 0; n < 2; n += 1) await runAsUser();
      expect(await archiver.records()).toEqual(['photos/c.txt', 'photos/b.txt']);
      expect(await archiver.query('select * from library.quarantine')).toEqual([]);
      expect(await letters()).toMatchObject([
        { subject: 'closed', what: 'unreadable', state: 'open' },
        { subject: 'fixed/b.txt', what: 'stuck' },
      ]);
    } finally {
      chmodSync(folder('closed'), 0o755);
      chmodSync(folder('fixed'), 0o755);
    }
    await runAsUser();
    expect(archiver.files()).toEqual([]);
    expect(await archiver.records()).toHaveLength(3);
    expect(await letters()).toMatchObject([{ state: 'resolved' }, { state: 'resolved' }]);
  });

  it('one whose rows PostgreSQL refuses is refused alone', async () => {
    for (const name of ['a.txt', 'b.txt', 'c.txt']) archiver.put(name);
    await archiver.query("alter table library.record add constraint no_b check (name <> 'b.txt')");
    try {
      expect((await archiver.run()).counts).toMatchObject({ archived: 2, refused: 1 });
      expect(await archiver.records()).toEqual(['photos/a.txt', 'photos/c.txt']);
      expect(archiver.reason('b.txt')).toContain('PostgreSQL refused its rows');
    } finally {
      await archiver.query('alter table library.record drop constraint no_b');
    }
  });
});

describe('a full storage', () => {
  let disk: SmallDisk | Missing;
  beforeAll(async () => {
    disk = await mountSmallDisk(1);
  });
  afterAll(() => ('missing' in disk ? undefined : disk.remove()));

  it('ends the run, says so, and touches no file', async ({ skip }) => {
    if ('missing' in disk) return skip(disk.missing);
    const storage = path.join(disk.folder, 'storage');
    archiver.put('a.txt', 'a');
    archiver.put('b.bin', Buffer.alloc(4 * 2 ** 20));
    await expect(archiver.run({ storage })).rejects.toThrow(
      new RegExp(`the storage ${storage} takes no more: ENOSPC.* MB are free there`),
    );
    expect(archiver.files()).toEqual(['a.txt', 'b.bin']);
    expect(await archiver.records()).toEqual([]);
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt', 'photos/b.bin']);
  });
});
