import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countIncidents, readIncidents, unresolved } from '../../../src/incidents/read-incidents.ts';
import { withFolderLock } from '../../../src/intake/folder-lock.ts';
import { poll } from '../../../src/weather/load/poll-inbox.ts';
import { retryFailed } from '../../../src/weather/load/put-back.ts';
import { LOADING } from '../../../src/weather/loading.ts';
import { entryA, itemA, openLoader, type Loader } from './support.ts';

const item = (minute: string, value: unknown = 0) => itemA(`2021-06-11T10:${minute}:00`, { rain: value });

/** A folder on another disk than the temporary folder, where the machine has one. */
const otherDisk = ['/dev/shm', '/run/shm'].find(
  (folder) => existsSync(folder) && statSync(folder).dev !== statSync(tmpdir()).dev,
);

let loader: Loader;
beforeEach(async () => {
  loader = await openLoader();
});
afterEach(() => loader.close());

const lookAt = async () => {
  const { settings, config } = loader;
  return poll({ task: 'svcLoadJson', settings, config, db: loader.pool as never });
};

describe('where files end', () => {
  it('archive by station, year and month of the last stop; a name that is taken gets a suffix', async () => {
    loader.put('x.json', [entryA('MTG280', item('00'))]);
    loader.put('sub/x.json', [entryA('MTG280', item('05'), item('10', 'bad'))]);
    loader.put('éà x.JSON', [entryA('MTG320', itemA('2021-07-01T00:00:00', { rain: 0 }))]);
    loader.put('new year.json', [
      entryA('MTG320', itemA('2021-12-31T23:55:00', {}), itemA('2022-01-01T00:05:00', {})),
    ]);
    await loader.run();
    loader.put('x.json', [entryA('MTG280', item('15'))]);
    await loader.run();
    expect(loader.files(loader.folders.archive)).toEqual(
      [
        'MTG280/2021/06/x.json',
        'MTG280/2021/06/x~1.json',
        'MTG280/2021/06/x~2.json',
        'MTG280/2021/06/x.json.rejects.json',
        'MTG320/2021/07/éà x.JSON',
        'MTG320/2022/01/new year.json',
      ].sort(),
    );
    expect(loader.files(loader.folders.inbox)).toEqual([]);
    expect(loader.files(loader.folders.work)).toEqual([]);
  });

  it('the ledger knows name, checksum, size and final path of each', async () => {
    const text = JSON.stringify([entryA('MTG280', item('00'))]);
    loader.put('sub/x.json', text);
    await loader.run({ id: 'run/svc:Ä/1' });
    expect(
      await loader.query(
        'select run, claim, name, sha256, bytes, station, state, loaded, final_path from weather.file',
      ),
    ).toEqual([
      {
        run: 'run/svc:Ä/1',
        claim: 'run%2Fsvc%3A%C3%84%2F1/0000001-sub%2Fx.json',
        name: 'sub/x.json',
        sha256: createHash('sha256').update(text).digest('hex'),
        bytes: String(Buffer.byteLength(text)),
        station: 'MTG280',
        state: 'loaded',
        loaded: 1,
        final_path: 'data/weather/archive/MTG280/2021/06/x.json',
      },
    ]);
  });

  it('an archive that someone touched meanwhile loses nothing', async () => {
    const folder = path.join(loader.folders.archive, 'MTG280/2021/06');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'x.json'), 'mine');
    writeFileSync(path.join(folder, 'y.json.rejects.json'), 'mine');
    loader.put('x.json', [entryA('MTG280', item('00'))]);
    loader.put('y.json', [entryA('MTG280', item('05'), item('10', 'bad'))]);
    await loader.run();
    expect(loader.files(folder)).toEqual(
      ['x.json', 'x~1.json', 'y.json.rejects.json', 'y~1.json', 'y~1.json.rejects.json'].sort(),
    );
    expect(readFileSync(path.join(folder, 'x.json'), 'utf8')).toBe('mine');
  });

  it.skipIf(!otherDisk)(
    'on another disk is a verified copy, also when a copy was cut off before',
    async () => {
      const disk = mkdtempSync(path.join(otherDisk!, 'regie-archive-'));
      const far = await openLoader({
        settings: { archive: path.join(disk, 'archive'), failed: path.join(disk, 'failed') },
      });
      try {
        const texts = ['00', '05', '10'].map((minute) => JSON.stringify([entryA('MTG280', item(minute))]));
        const folder = path.join(far.folders.archive, 'MTG280/2021/06');
        mkdirSync(folder, { recursive: true });
        writeFileSync(path.join(folder, '.a.json.part'), texts[0]!.slice(0, 10));
        writeFileSync(path.join(folder, 'b.json'), texts[1]!);
        far.put('a.json', texts[0]);
        far.put('b.json', texts[1]);
        far.put('broken.json', '[');
        await far.run();
        expect(far.files(disk)).toEqual([
          'archive/MTG280/2021/06/a.json',
          'archive/MTG280/2021/06/b.json',
          'archive/MTG280/2021/06/b~1.json',
          'failed/unknown/broken.json',
          'failed/unknown/broken.json.error.json',
        ]);
        expect(readFileSync(path.join(folder, 'a.json'), 'utf8')).toBe(texts[0]);
        expect(far.files(far.folders.work)).toEqual([]);
        // Killed after the copy, before the claim was removed: the copy is known again.
        const [row] = await far.query<{ claim: string }>(
          "select claim from weather.file where name = 'a.json'",
        );
        const claim = path.join(far.folders.work, row!.claim);
        mkdirSync(path.dirname(claim), { recursive: true });
        writeFileSync(claim, texts[0]!);
        await far.run();
        expect(far.files(folder)).toEqual(['a.json', 'b.json', 'b~1.json']);
        expect(far.files(far.folders.work)).toEqual([]);
      } finally {
        rmSync(disk, { recursive: true });
        await far.close();
      }
    },
  );

  it('a name that leaves no room for a suffix is shortened', async () => {
    const name = `${'é'.repeat(125)}.json`;
    loader.put(name, [entryA('MTG280', item('00', 'bad'))]);
    await loader.run();
    const [file, report] = loader.files(loader.folders.failed);
    expect(Buffer.byteLength(path.basename(report!))).toBeLessThanOrEqual(255);
    expect(report).toBe(`${file}.error.json`);
    expect(file).toMatch(/^MTG280\/é{100,}.*\.json$/);
  });
});

describe('what is taken from the inbox', () => {
  it('hidden names, links and other files are left alone', async () => {
    const outside = path.join(loader.root, 'outside.json');
    writeFileSync(outside, JSON.stringify([entryA('MTG280', item('00'))]));
    symlinkSync(outside, path.join(loader.folders.inbox, 'link.json'));
    loader.put('.hidden.json', 'x');
    loader.put('.regie/x.json', 'x');
    loader.put('notes.txt', 'x');
    expect(await lookAt()).toEqual({ work: false, waiting: [] });
    expect(await loader.run()).toMatchObject({
      outcome: 'idle',
      counts: { files: 0, loaded: 0 },
      changed: false,
    });
    expect(loader.files(loader.folders.inbox)).toEqual(['.hidden.json', '.regie/x.json', 'notes.txt']);
  });

  it('a file that is still being written waits', async () => {
    const slow = await openLoader({ settings: { stableFor: '200ms' } });
    try {
      const file = path.join(slow.folders.inbox, 'growing.json');
      writeFileSync(file, '[');
      slow.put('done.json', [entryA('MTG280', item('00'))]);
      const writer = setInterval(() => writeFileSync(file, '[', { flag: 'a' }), 20);
      const report = await slow.run();
      clearInterval(writer);
      expect(report).toMatchObject({
        counts: { files: 1, loaded: 1 },
        waiting: [{ what: 'files', count: 1 }],
      });
      writeFileSync(file, JSON.stringify([entryA('MTG280', item('05'))]));
      expect(await slow.run()).toMatchObject({ counts: { files: 1, loaded: 1 }, waiting: [] });
    } finally {
      await slow.close();
    }
  });

  it('a file that arrived by rename is taken at once', async () => {
    const patient = await openLoader({ settings: { stableFor: '1h' } });
    try {
      const draft = path.join(patient.folders.inbox, '.draft');
      writeFileSync(draft, JSON.stringify([entryA('MTG280', item('00'))]));
      // The clock of some file systems ticks slowly: make sure that the rename is later.
      utimesSync(draft, new Date(), new Date(Date.now() - 1000));
      renameSync(draft, path.join(patient.folders.inbox, 'x.json'));
      expect(await patient.run()).toMatchObject({ counts: { loaded: 1 } });
    } finally {
      await patient.close();
    }
  });

  it('a missing inbox is made below the installation, and waited for elsewhere', async () => {
    rmSync(path.join(loader.root, 'data'), { recursive: true });
    expect(await lookAt()).toMatchObject({ work: false });
    expect(existsSync(loader.folders.inbox)).toBe(true);
    const disk = mkdtempSync(path.join(tmpdir(), 'regie-disk-'));
    const inbox = path.join(disk, 'mounted/inbox');
    const elsewhere = await openLoader({ settings: { inbox } });
    rmSync(disk, { recursive: true });
    const report = await elsewhere.run();
    expect(report).toMatchObject({
      outcome: 'waiting',
      note: expect.stringContaining(`the inbox ${inbox} is not there`),
    });
    await elsewhere.close();
  });
});

describe('a run', () => {
  it('stops between groups when it is told to; the rest stays in the inbox', async () => {
    await loader.close();
    loader = await openLoader({ settings: { groupFiles: 2 } });
    loader.put('0.json', [entryA('MTG280', itemA('2021-06-11T10:00:00', {}))]);
    for (let n = 1; n < 7; n += 1)
      loader.put(`${n}.json`, [entryA('MTG280', itemA(`2021-06-11T1${n}:00:00`, {}))]);
    let asked = 0;
    const report = await loader.run({ shouldStop: () => (asked += 1) > 2 });
    expect(report).toMatchObject({
      outcome: 'stopped',
      counts: { files: 4 },
      waiting: [{ what: 'files', count: 3 }],
    });
    expect(loader.files(loader.folders.inbox)).toEqual(['4.json', '5.json', '6.json']);
    expect(loader.files(loader.folders.work)).toEqual([]);
    expect(await loader.run()).toMatchObject({ outcome: 'done', counts: { files: 3 } });
  });

  it('throws the reason when it is aborted, and loses nothing', async () => {
    await loader.close();
    loader = await openLoader({ settings: { groupFiles: 1 } });
    for (let n = 1; n < 7; n += 1)
      loader.put(`${n}.json`, [entryA('MTG280', itemA(`2021-06-11T1${n}:00:00`, {}))]);
    const controller = new AbortController();
    const reason = new Error('cancelled by tester');
    const run = loader.run({
      signal: controller.signal,
      onProgress: ({ done }) => done === 2 && controller.abort(reason),
    });
    await expect(run).rejects.toBe(reason);
    await loader.run();
    expect(await loader.query('select count(*)::int, sum(loaded)::int from weather.file')).toEqual([
      { count: 6, sum: 6 },
    ]);
    expect(loader.files(loader.folders.work)).toEqual([]);
  });

  it('refuses to share its work folder with another one', async () => {
    loader.put('x.json', [entryA('MTG280', item('00'))]);
    const other = await loader.pool.connect();
    mkdirSync(loader.folders.work, { recursive: true });
    await withFolderLock(other, LOADING, loader.folders.work, async () => {
      expect(await loader.run()).toMatchObject({
        outcome: 'waiting',
        note: expect.stringContaining('another run'),
      });
    });
    other.release();
    expect(await loader.run()).toMatchObject({ outcome: 'done' });
  });

  it('as a rehearsal writes the twins only and moves nothing', async () => {
    loader.put('x.json', [entryA('MTG280', item('00'), item('05', 'bad'))]);
    loader.put('broken.json', '[');
    for (let n = 0; n < 2; n += 1) {
      const report = await loader.run({ tmp: true });
      expect(report).toMatchObject({
        counts: { files: 2, loaded: 1, rejected: 1, failed: 1 },
        changed: false,
      });
    }
    expect(loader.files(loader.root)).toEqual([
      'data/weather/inbox/broken.json',
      'data/weather/inbox/x.json',
    ]);
    expect(await loader.query('select count(*)::int from weather_tmp.observation')).toEqual([{ count: 1 }]);
    expect(await loader.query('select count(*)::int from regie.incident')).toEqual([{ count: 0 }]);
    expect(await loader.query('select count(*)::int from weather.file')).toEqual([{ count: 0 }]);
    expect(await loader.query('select count(*)::int from weather.station')).toEqual([{ count: 0 }]);
    expect(await loader.query('select count(*)::int from weather_tmp.station')).toEqual([{ count: 2 }]);
  });
});

describe('retry', () => {
  it('puts failed files back and closes their incidents', async () => {
    loader.put('a/x.json', '[');
    loader.put('b/x.json', [entryA('XYZ', item('00'))]);
    loader.put('y.json', '[');
    await loader.run();
    expect(await countIncidents(loader.pool, { states: unresolved })).toBe(3);
    expect(loader.files(loader.folders.failed)).toEqual(
      [
        'unknown/x.json',
        'unknown/x.json.error.json',
        'unknown/x~1.json',
        'unknown/x~1.json.error.json',
        'unknown/y.json',
        'unknown/y.json.error.json',
      ].sort(),
    );
    writeFileSync(
      path.join(loader.folders.failed, 'unknown/x.json'),
      JSON.stringify([entryA('MTG280', item('00'))]),
    );
    // Back to where it came from, though the name is taken there.
    writeFileSync(
      path.join(loader.folders.inbox, 'a/x.json'),
      JSON.stringify([entryA('MTG280', item('05'))]),
    );
    expect(await retryFailed(loader.pool, loader.folders, ['x.json'])).toEqual([
      { file: 'data/weather/failed/unknown/x.json', to: 'data/weather/inbox/a/x~1.json' },
    ]);
    expect(await countIncidents(loader.pool, { states: unresolved })).toBe(2);
    expect(loader.files(loader.folders.failed)).not.toContain('unknown/x.json.error.json');
    expect((await loader.run()).counts).toMatchObject({ files: 2, loaded: 2 });
    await expect(retryFailed(loader.pool, loader.folders, ['z.json'])).rejects.toThrow(
      'no failed file "z.json" below data/weather/failed (there are 2, such as data/weather/failed/unknown/x~1.json)',
    );
    expect(await retryFailed(loader.pool, loader.folders)).toHaveLength(2);
    await loader.run();
    expect((await readIncidents(loader.pool, { states: unresolved }, 100)).map(({ what }) => what)).toEqual([
      'broken-json',
      'unknown-station',
    ]);
  });
});
