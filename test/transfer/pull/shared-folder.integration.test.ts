import { afterEach, expect, it } from 'vitest';
import { fact, HostileServer } from './hostile-server.ts';
import { openPuller } from './puller.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
});

/** A server of as many files, all with its own content. */
async function serve(content: string) {
  const listing = Array.from({ length: 200 }, (_, n) => fact(`${n}.txt`, { size: content.length })).join('');
  const server = await HostileServer.start({ list: () => listing, content: () => content });
  undo.push(() => server.stop());
  return server;
}

it('two pulls into one folder overwrite nothing of each other, however they meet', async () => {
  const [one, two] = [await serve('one'), await serve('two')];
  const puller = await openPuller(undefined, { ...one.settings, connections: 2 });
  undo.push(() => puller.close());
  const other = puller.with(two.settings);
  const reports = await Promise.all([puller.run(), other.run()]);
  expect(reports.map(({ counts }) => counts['fetched'])).toEqual([200, 200]);
  const files = puller.files();
  for (let n = 0; n < 200; n += 1)
    expect(new Set([files[`${n}.txt`], files[`${n}~1.txt`]])).toEqual(new Set(['one', 'two']));
  expect(Object.keys(files)).toHaveLength(400);
  expect(puller.parts()).toEqual([]);
});

it('a pull whose work folder is another by now fetches again what it cannot be sure of', async () => {
  const server = await serve('same');
  const puller = await openPuller(undefined, server.settings);
  undo.push(() => puller.close());
  await puller.run();
  // As a run leaves it that dies between its commit and the rename.
  await puller.query(
    `insert into transfer.remote_file (source_id, path, size, modified, state, target)
     select id, '0.txt', 4, '20260102030405', 'placing', $1 from transfer.source`,
    [`${puller.folders.local}/0.txt`],
  );
  const elsewhere = puller.with({ workPath: 'other-work', exclude: ['[1-9]*'] });
  const report = await elsewhere.run();
  // The same content is here still: it is known, not brought twice.
  expect(report.counts).toMatchObject({ known: 1, fetched: 0 });
  expect(Object.keys(puller.files())).toHaveLength(200);
});
