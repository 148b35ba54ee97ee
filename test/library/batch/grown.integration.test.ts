import { appendFileSync, closeSync, existsSync, openSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poll } from '../../../src/library/batch/poll-drop.ts';
import type { Poll } from '../../../src/task/kind.ts';
import { TASK } from './library.ts';
import { openUploads, type Uploads } from './support.ts';

const SHORT = 100;

let at: Uploads;
beforeEach(async () => {
  at = await openUploads({ stableFor: SHORT, collection: 'photos' });
});
afterEach(() => at.close());

const manifestOf = (...files: string[]) =>
  `<batch user="fred">${files.map((file) => `<file path="${file}"/>`).join('')}</batch>`;

const versions = async () =>
  (
    await at.query<{ name: string; bytes: number; trashed: boolean }>(
      'select name, bytes::int, trashed_at is not null as trashed from library.record order by id',
    )
  ).map(({ name, bytes, trashed }) => `${name} ${bytes}${trashed ? ' in the trash' : ''}`);
const letters = () => at.query('select what, state from regie.incident order by id');

async function pollNow(): Promise<Poll> {
  const db = await at.pool.connect();
  try {
    return await poll({ task: TASK, settings: at.settings, config: at.config, db });
  } finally {
    db.release();
  }
}

/** Makes files that were taken due to be looked at again, and looks. */
async function later(): Promise<void> {
  await at.query('update regie.watched_file set due_at = now() where not returned');
  if ((await pollNow()).work) await at.run();
}

describe('a batch of which a program has a file open for writing', () => {
  it.each(['dropped', 'complete and moved into the drop'])(
    'is not taken while that stalls: %s',
    async (how) => {
      const where = how === 'dropped' ? 'b' : '../b';
      at.drop(where, { 'manifest.xml': manifestOf('a'), a: 'first half, ' });
      const fd = openSync(path.join(at.folders.drop, where, 'a'), 'a');
      await setTimeout(50);
      if (where !== 'b') renameSync(path.join(at.folders.drop, where), path.join(at.folders.drop, 'b'));
      expect(await at.run()).toMatchObject({ outcome: 'idle', waiting: [{ what: 'batches', count: 1 }] });
      writeFileSync(fd, 'second half');
      closeSync(fd);
      expect((await at.run()).counts).toMatchObject({ batches: 1, records: 1 });
      expect(await versions()).toEqual(['a 23']);
    },
  );
});

describe('a batch whose writer goes on after it was taken', () => {
  it('is taken again: what changed as a new version, which is told', async () => {
    at.drop('b', { 'manifest.xml': manifestOf('a', 'b'), a: 'first half, ', b: 'b' });
    await at.run();
    expect(at.files('done')).toContain('b/a');
    appendFileSync(path.join(at.folders.done, 'b/a'), 'second half');
    await later();
    expect(await versions()).toEqual(['a 12 in the trash', 'b 1', 'a 23']);
    expect(await letters()).toEqual([{ what: 'grown', state: 'resolved' }]);
    expect(at.traced.find((line) => line.includes('somebody wrote to files of the batch b'))).toContain(
      'a: record 1 had 12 bytes, the file has 23 now',
    );
    expect(at.answer('done/b')).toMatchObject({ records: 2 });
    expect(
      await at.query("select record_id, what from library.event where what like 'replace%' order by 1"),
    ).toEqual([
      { record_id: '1', what: 'replaced' },
      { record_id: '3', what: 'replaces' },
    ]);
    // It stays so.
    for (let n = 0; n < 3; n += 1) await later();
    expect(await at.query('select from regie.watched_file')).toEqual([]);
  });

  it('waits in the drop until nobody writes to it, and is told meanwhile', async () => {
    at.drop('b', { 'manifest.xml': manifestOf('a'), a: 'first half, ' });
    await at.run();
    const fd = openSync(path.join(at.folders.done, 'b/a'), 'a');
    writeFileSync(fd, 'second ');
    await later();
    expect(at.files('drop')).toContain('b/a');
    expect(await letters()).toEqual([{ what: 'grown', state: 'open' }]);
    expect(await versions()).toEqual(['a 12']);
    writeFileSync(fd, 'half');
    closeSync(fd);
    await at.run();
    expect(await versions()).toEqual(['a 12 in the trash', 'a 23']);
    expect(await letters()).toMatchObject([{ state: 'resolved' }]);
  });

  it('and whose run was killed when it was told comes back all the same', async () => {
    at.drop('b', { 'manifest.xml': manifestOf('a'), a: 'first half, ' });
    await at.run();
    appendFileSync(path.join(at.folders.done, 'b/a'), 'second half');
    await at.query(
      'update regie.watched_file set due_at = now(), returned = true, back = path where path like $1',
      ['%/a'],
    );
    await at.run();
    expect(await versions()).toEqual(['a 12 in the trash', 'a 23']);
  });

  it('is looked at again when its manifest made no sense, or a file failed', async () => {
    await at.close();
    at = await openUploads({ stableFor: SHORT, collection: 'photos', wait: 0 });
    const whole = manifestOf('a', 'b');
    at.drop('b', { 'manifest.xml': whole.slice(0, 30), a: '1' });
    await at.run();
    expect(at.files('failed')).toContain('b/manifest.xml');
    appendFileSync(path.join(at.folders.failed, 'b/manifest.xml'), whole.slice(30));
    await later();
    // One file is missing: without it.
    expect(await versions()).toEqual(['a 1']);
    expect(at.answer('failed/b').files).toMatchObject([
      { record: '1' },
      { error: expect.any(String) as string },
    ]);
  });

  it('goes only after that, where taken files are not kept', async () => {
    await at.close();
    at = await openUploads({ stableFor: SHORT, collection: 'photos', keepDone: false });
    at.drop('b', { 'manifest.xml': manifestOf('sub/a', 'b'), 'sub/a': 'first half, ', b: 'b' });
    await at.run();
    expect(at.files('done')).toEqual(['b/answer.json', 'b/b', 'b/manifest.xml', 'b/sub/a']);
    appendFileSync(path.join(at.folders.done, 'b/sub/a'), 'second half');
    await later();
    expect(await versions()).toEqual(['a 12 in the trash', 'b 1', 'a 23']);
    for (let n = 0; n < 3; n += 1) await later();
    expect(at.files('done')).toEqual(['b/answer.json', 'b/manifest.xml']);
  });
});

it('a batch with an empty file waits for twenty times as long', async () => {
  await at.close();
  at = await openUploads({ stableFor: '1s', collection: 'photos' });
  at.drop('b', { 'manifest.xml': manifestOf('a'), a: '' });
  expect(await at.run()).toMatchObject({ outcome: 'idle', waiting: [{ count: 1 }] });
});

describe('with marker files', () => {
  it('a batch is taken when it has one beside it, and at once; the marker goes with it', async () => {
    await at.close();
    // No run of the test would wait so long.
    at = await openUploads({ stableFor: '1h', collection: 'photos', marker: '.ok' });
    at.drop('b', { 'manifest.xml': manifestOf('a'), a: '1' });
    at.drop('../c', { 'manifest.xml': manifestOf('a'), a: '2' });
    await setTimeout(50);
    renameSync(path.join(at.folders.drop, '../c'), path.join(at.folders.drop, 'c'));
    expect(await pollNow()).toMatchObject({ work: false, waiting: [{ count: 2 }] });
    writeFileSync(path.join(at.folders.drop, 'b.ok'), '');
    expect(await pollNow()).toMatchObject({ work: true });
    expect((await at.run()).counts).toMatchObject({ batches: 1, records: 1 });
    expect(existsSync(path.join(at.folders.drop, 'b.ok'))).toBe(false);
    expect(at.files('done')).toEqual(['b/.ready', 'b/a', 'b/answer.json', 'b/manifest.xml']);
    expect(await at.query('select from regie.watched_file')).toEqual([]);
  });
});
