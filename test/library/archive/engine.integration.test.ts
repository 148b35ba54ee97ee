import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startInstallation, type TestInstallation } from '../../support/installation.ts';

let at: TestInstallation;
const hot = (name: string) => path.join(at.root, 'hot', name);

beforeAll(async () => {
  at = await startInstallation({
    installation: 'archive-test',
    library: { databoxes: { press: { collections: { photos: {} } } } },
    tasks: [
      {
        name: 'hotfolder',
        kind: 'archive',
        every: '10s',
        settings: {
          databox: 'press',
          collection: 'photos',
          hotfolder: 'hot',
          stableFor: '100ms',
          rules: [{ mask: 'txt$' }],
        },
      },
    ],
  });
  await at.startWorker();
  await eventually(async () => expect((await at.status('hotfolder')).state).toBe('started'));
});
afterAll(() => at.close());

test('under the engine a hotfolder waits for its mark, archives, and tells what to look at', async () => {
  const missing = expect.stringContaining(`no .phrasea.xml at ${hot('.phrasea.xml')}`) as string;
  await eventually(async () =>
    expect((await at.status('hotfolder')).lastRun).toMatchObject({ outcome: 'waiting', note: missing }),
  );
  mkdirSync(hot('in'), { recursive: true });
  writeFileSync(hot('in/a.txt'), 'a');
  writeFileSync(hot('in/b.txt'), 'a');
  writeFileSync(hot('c.bin'), 'c');
  writeFileSync(hot('.phrasea.xml'), '');
  // Its ticks find them by themselves.
  await eventually(async () => {
    const { lastRun, attention } = await at.status('hotfolder');
    expect(lastRun).toMatchObject({
      outcome: 'done',
      counts: { files: 2, archived: 1, quarantined: 1, refused: 1, bytes: 2 },
    });
    expect(attention).toMatchObject({
      count: 2,
      how: expect.stringContaining('regie incidents --task') as string,
    });
    expect(attention!.latest.map(({ text }) => text).sort()).toEqual([
      '1: c.bin: no rule of the task takes a file of this name',
      'quarantine 1: b.txt: record 1 is the same file',
    ]);
  });

  rmSync(hot('.phrasea.xml'));
  writeFileSync(hot('d.txt'), 'd');
  const run = await at.update('hotfolder', 'run');
  expect(run).toMatchObject({ state: 'started' });
  await eventually(async () =>
    expect((await at.status('hotfolder')).lastRun).toMatchObject({ outcome: 'waiting', note: missing }),
  );
}, 120_000);
