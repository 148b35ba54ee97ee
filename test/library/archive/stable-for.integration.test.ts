import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchiver, sidecar, type Archiver } from './support.ts';

let archiver: Archiver;
beforeEach(async () => {
  archiver = await openArchiver({
    settings: { stableFor: '400ms', rules: [{ grouping: '^story' }] },
    databox: { fields: [{ name: 'Title' }] },
  });
});
afterEach(() => archiver.close());

/** Writes to files all the time, until it is ended. */
function keepWriting(...files: string[]): { end(): Promise<void> } {
  let writing = true;
  const ended = (async () => {
    while (writing) {
      for (const file of files) appendFileSync(file, 'more');
      await setTimeout(30);
    }
  })();
  return {
    async end() {
      writing = false;
      await ended;
    },
  };
}

describe('stableFor', () => {
  it('a file that has just come is waited for in the same run', async () => {
    archiver.put('a.jpg');
    expect(await archiver.poll()).toMatchObject({ work: true });
    expect(await archiver.run()).toMatchObject({ outcome: 'done', counts: { archived: 1 } });
  });

  it('a growing file holds up itself, what it describes, and its story; nothing else', async () => {
    const writer = keepWriting(
      archiver.put('a.jpg'),
      archiver.put('b.xml', sidecar({ Title: 'B' })),
      archiver.put('story-1/c.jpg'),
    );
    for (const name of ['a.xml', 'b.jpg', 'd.jpg', 'story-1/e.jpg', 'story-1/deep/f.jpg', 'story-2/g.jpg'])
      archiver.put(name, name.endsWith('xml') ? sidecar({ Title: 'A' }) : name);
    const report = await archiver.run();
    expect(await archiver.records()).toEqual(['photos/d.jpg', 'photos/f.jpg', 'photos/g.jpg']);
    expect(report).toMatchObject({
      counts: { archived: 3, growing: 6 },
      waiting: [{ what: 'files', count: 6 }],
    });
    await writer.end();
    archiver.put('b.xml', sidecar({ Title: 'B' }));
    await archiver.run();
    expect((await archiver.records()).slice(3)).toEqual([
      'photos/a.jpg Title=A',
      'photos/b.jpg Title=B',
      'photos/c.jpg',
      'photos/e.jpg',
    ]);
    const rows = await archiver.query<{ whole: boolean }>(
      "select bytes = (select max(bytes) from library.intake where path like '%a.jpg') as whole from library.record where name = 'a.jpg'",
    );
    expect(rows).toEqual([{ whole: true }]);
  });

  it('what says where a branch goes must be quiet as well', async () => {
    const mark = archiver.put('in/.phrasea.xml', '<p collection="texts"/>');
    archiver.put('in/a.jpg');
    archiver.put('b.jpg');
    const writer = keepWriting(mark);
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/b.jpg']);
    await writer.end();
    archiver.put('in/.phrasea.xml', '<p collection="texts"/>');
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/b.jpg', 'texts/a.jpg']);
  });

  it('a long delay is not waited for: the runs to come compare with this look', async () => {
    archiver.change({ stableFor: '5m' });
    archiver.put('a.jpg');
    archiver.put('b.jpg');
    expect(await archiver.poll()).toMatchObject({ work: true });
    expect(await archiver.run()).toMatchObject({ outcome: 'idle', counts: { growing: 2 } });
    expect(await archiver.poll()).toMatchObject({ work: false, waiting: [{ what: 'files', count: 2 }] });
    // Five minutes later.
    await archiver.query("update library.hotfolder_file set seen_at = seen_at - interval '5 minutes'");
    archiver.put('b.jpg', 'written again');
    expect(await archiver.poll()).toMatchObject({ work: true });
    expect(await archiver.run()).toMatchObject({ counts: { archived: 1, growing: 1 } });
    expect(archiver.files()).toEqual(['b.jpg']);
    const rows = await archiver.query('select path from library.hotfolder_file where path <> $1', [
      '.phrasea.xml',
    ]);
    expect(rows).toEqual([{ path: 'b.jpg' }]);
  });

  it('the wait ends when the run is cancelled', async () => {
    archiver.change({ stableFor: '10s' });
    archiver.put('a.jpg');
    const stop = new AbortController();
    const run = archiver.run({
      signal: stop.signal,
      onProgress: ({ step }) => step.startsWith('checking') && stop.abort(new Error('cancelled')),
    });
    await expect(run).rejects.toThrow('cancelled');
  });
});

it('a hotfolder that is fed without pause drains all the same', async () => {
  let fed = 0;
  let feeding = true;
  const feeder = (async () => {
    while (feeding) {
      archiver.put(`${(fed += 1)}.txt`);
      await setTimeout(20);
    }
  })();
  for (let n = 0; n < 4; n += 1) {
    const before = await count();
    expect((await archiver.run()).outcome).toBe('done');
    expect(await count()).toBeGreaterThan(before);
  }
  feeding = false;
  await feeder;
  await archiver.run();
  expect(await count()).toBe(fed);
  expect(archiver.files()).toEqual([]);
});

const count = async () =>
  (await archiver.query<{ n: number }>('select count(*)::int as n from library.record'))[0]!.n;
