import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { poll } from '../../../src/library/batch/poll-drop.ts';
import { TASK } from './library.ts';
import { manifestOf, openUploads, type Uploads } from './support.ts';

let at: Uploads;
afterEach(() => at.close());

const lookNow = async () => {
  const db = await at.pool.connect();
  try {
    return await poll({ task: TASK, settings: at.settings, config: at.config, db });
  } finally {
    db.release();
  }
};
const names = async () =>
  (await at.query<{ name: string }>('select name from library.record order by id')).map(({ name }) => name);
const inDrop = (name: string) => path.join(at.folders.drop, name);

describe('names of work in progress in a drop', () => {
  it('a folder of such a name is left alone, until it has its own', async () => {
    at = await openUploads();
    at.drop('b.part', { 'manifest.xml': manifestOf('a.jpg'), 'a.jpg': 'a' });
    const waiting = [{ what: 'batches in progress', count: 1 }];
    expect(await lookNow()).toEqual({ work: false, waiting });
    expect(await at.run()).toMatchObject({ outcome: 'idle', waiting });
    renameSync(inDrop('b.part'), inDrop('b'));
    expect(await at.run()).toMatchObject({ outcome: 'done', waiting: [] });
    expect(await names()).toEqual(['a.jpg']);
  });

  it('unless its sender says that all is there', async () => {
    at = await openUploads();
    at.drop('b.tmp', { 'manifest.xml': manifestOf('a.jpg'), 'a.jpg': 'a', '.ready': '' });
    expect(await lookNow()).toMatchObject({ work: true });
    await at.run();
    expect(await names()).toEqual(['a.jpg']);
  });

  it('a batch waits while somebody writes a file that it does not name', async () => {
    at = await openUploads();
    at.drop('b', { 'manifest.xml': manifestOf('a.jpg'), 'a.jpg': 'a', 'c.jpg.filepart': 'half' });
    expect(await lookNow()).toMatchObject({ work: false, waiting: [{ what: 'batches', count: 1 }] });
    await at.run();
    expect(await names()).toEqual([]);
    renameSync(inDrop('b/c.jpg.filepart'), inDrop('b/c.jpg'));
    writeFileSync(inDrop('b/manifest.xml'), manifestOf('a.jpg', 'c.jpg'));
    await at.run();
    expect(await names()).toEqual(['a.jpg', 'c.jpg']);
  });

  it('but not for ever', async () => {
    at = await openUploads({ wait: 0 });
    at.drop('b', { 'manifest.xml': manifestOf('a.jpg'), 'a.jpg': 'a', 'left.tmp': 'half' });
    await at.run();
    expect(await names()).toEqual(['a.jpg']);
    expect(at.files('done')).toContain('b/left.tmp');
  });

  it('a file that the manifest names is one, whatever it is called', async () => {
    at = await openUploads();
    at.drop('b', {
      'manifest.xml': manifestOf('a.tmp', 'x.part/c.jpg'),
      'a.tmp': 'a',
      'x.part/c.jpg': 'c',
    });
    await at.run();
    expect(await names()).toEqual(['a.tmp', 'c.jpg']);
  });

  it('are like others when the task says so', async () => {
    at = await openUploads({ inProgress: [] });
    at.drop('b.part', { 'manifest.xml': manifestOf('a.jpg'), 'a.jpg': 'a', 'left.tmp': 'half' });
    await at.run();
    expect(await names()).toEqual(['a.jpg']);
  });
});
