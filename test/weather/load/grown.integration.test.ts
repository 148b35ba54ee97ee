import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { poll, waitingIn } from '../../../src/weather/load/poll-inbox.ts';
import { retryFailed } from '../../../src/weather/load/put-back.ts';
import { findGrown } from '../../../src/weather/load/watch-loaded.ts';
import { entryA, itemA, openLoader, type Loader } from './support.ts';

const SHORT = 100;
const item = (minute: string, value: unknown = 0) => itemA(`2021-06-11T10:${minute}:00`, { rain: value });
const WHOLE = JSON.stringify([entryA('MTG280', item('00'), item('05'), item('10'))]);
const HALF = WHOLE.slice(0, 120);

let loader: Loader;
const undo: (() => void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) step();
  await loader.close();
});
async function open(settings: Record<string, unknown> = {}): Promise<void> {
  loader = await openLoader({ settings: { stableFor: SHORT, ...settings } });
}

const inbox = (name: string) => path.join(loader.folders.inbox, name);
const lookAt = () => {
  const { settings, config } = loader;
  return poll({ task: 'svcLoadJson', settings, config, db: loader.pool as never });
};
const incidents = () =>
  loader.query<{ subject: string; what: string; state: string }>(
    'select subject, what, state from regie.incident order by id',
  );
const watched = async () => (await loader.query('select from regie.watched_file')).length;
const rain = () =>
  loader.query<{ at: string; rain: number }>(
    "select to_char(stop at time zone 'utc', 'HH24:MI') as at, rain from weather.observation order by stop",
  );
const count = async () => (await rain()).length;

/** Makes files that were loaded due to be looked at again, and looks. */
async function later(): Promise<void> {
  await loader.query('update regie.watched_file set due_at = now() where not returned');
  if ((await lookAt()).work) await loader.run();
}

/** A writer that is not to be seen, as on another machine: it holds on to the file, wherever that is moved. */
function remoteWriter(file: string): (text: string) => void {
  const inode = statSync(file).ino;
  return (text) => {
    const found = loader
      .files(loader.root)
      .map((name) => path.join(loader.root, name))
      .find((each) => statSync(each).ino === inode);
    const fd = openSync(found!, 'a');
    writeSync(fd, text);
    closeSync(fd);
  };
}

describe('a file that a program has open for writing', () => {
  async function writer(name: string): Promise<ChildProcess> {
    const code = `const fs=require("fs");const fd=fs.openSync(process.argv[1],"a");fs.writeSync(fd,process.argv[2]);
      process.stdin.on("data",t=>{fs.writeSync(fd,t);console.log("ok")});console.log("ok")`;
    const child = spawn(process.execPath, ['-e', code, inbox(name), HALF], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return child;
  }

  it('is not taken while it stalls, and whole when it is closed', async () => {
    await open();
    const program = await writer('a.json');
    loader.put('b.json', [entryA('MTG320', item('00'))]);
    await setTimeout(3 * SHORT);
    expect(await loader.run()).toMatchObject({
      counts: { files: 1 },
      waiting: [{ what: 'files', count: 1 }],
    });
    expect(loader.traced).toContain('a.json: a program has it open for writing');
    program.stdin!.write(WHOLE.slice(HALF.length));
    await once(program.stdout!, 'data');
    const exit = once(program, 'exit');
    program.stdin!.end();
    await exit;
    await loader.run();
    expect(await count()).toBe(4);
    expect(await incidents()).toEqual([]);
  });

  it('is taken as it is when its writer is killed', async () => {
    await open();
    const program = await writer('a.json');
    const exit = once(program, 'exit');
    program.kill('SIGKILL');
    await exit;
    await loader.run();
    expect(await incidents()).toMatchObject([{ what: 'broken-json', state: 'open' }]);
  });
});

describe('a file whose writer goes on after it was loaded', () => {
  it('is loaded again, whole: it was refused, as the half of a file', async () => {
    await open();
    writeFileSync(inbox('a.json'), HALF);
    const write = remoteWriter(inbox('a.json'));
    await loader.run();
    expect(loader.files(loader.folders.failed)).toEqual(['unknown/a.json', 'unknown/a.json.error.json']);
    write(WHOLE.slice(HALF.length));
    await later();
    expect(loader.files(loader.folders.failed)).toEqual([]);
    expect(loader.traced.join('\n')).toMatch(
      /wrote to a\.json after it was refused: it had 120 bytes then, and has \d+ now/,
    );
    expect(readFileSync(path.join(loader.folders.archive, 'MTG280/2021/06/a.json'), 'utf8')).toBe(WHOLE);
    expect(await count()).toBe(3);
    // Told, and over: of the half and of the growth.
    expect((await incidents()).map(({ what, state }) => `${what} ${state}`)).toEqual([
      'broken-json resolved',
      'grown resolved',
    ]);
    await later();
    await later();
    expect(await watched()).toBe(0);
  });

  it('is told while it is still written to, and loaded when it is not', async () => {
    await open();
    writeFileSync(inbox('a.json'), HALF);
    const write = remoteWriter(inbox('a.json'));
    await loader.run();
    write(WHOLE.slice(HALF.length));
    const busy = setInterval(() => write(' '), 20);
    await later();
    clearInterval(busy);
    expect(await incidents()).toContainEqual({
      subject: 'data/weather/inbox/a.json',
      what: 'grown',
      state: 'open',
    });
    await loader.run();
    expect(await count()).toBe(3);
  });

  it('brings what the half had wrong: a value that was cut', async () => {
    await open({ formats: [{ match: '*.v1.json', format: 'json-v1' }] });
    writeFileSync(inbox('a.json'), JSON.stringify([entryA('MTG280', item('00', 1))]));
    const write = remoteWriter(inbox('a.json'));
    await loader.run();
    // The same length is not the same content: the writer comes back and writes over it.
    const whole = JSON.stringify([entryA('MTG280', item('00', 12), item('05', 2))]);
    const archived = path.join(loader.folders.archive, 'MTG280/2021/06/a.json');
    write('');
    writeFileSync(archived, whole);
    await later();
    expect((await rain()).map((row) => row.rain)).toEqual([12, 2]);
    expect(loader.files(loader.folders.archive)).toEqual(['MTG280/2021/06/a.json']);
  });

  it('is done with when it has not changed, or only its time has', async () => {
    await open();
    loader.put('a.json', WHOLE);
    await loader.run();
    expect(await watched()).toBe(1);
    utimesSync(path.join(loader.folders.archive, 'MTG280/2021/06/a.json'), 1, 1);
    await later();
    expect(await watched()).toBe(1);
    // Twice, since a writer may pause for longer; asking what waits is no look.
    for (let looks = 0; looks < 2; looks += 1) {
      await loader.query('update regie.watched_file set due_at = now()');
      const { settings, config } = loader;
      await waitingIn({ task: 'svcLoadJson', settings, config, db: loader.pool as never });
      await waitingIn({ task: 'svcLoadJson', settings, config, db: loader.pool as never });
      expect(await watched()).toBe(1);
      await later();
    }
    expect(await watched()).toBe(0);
    expect(await loader.query('select from weather.file')).toHaveLength(1);
    expect(await lookAt()).toEqual({ work: false, waiting: [] });
  });

  it('is forgotten when somebody takes it away, from the archive or from the inbox', async () => {
    await open();
    writeFileSync(inbox('a.json'), HALF);
    writeFileSync(inbox('b.json'), `${HALF} `);
    const write = remoteWriter(inbox('b.json'));
    await loader.run();
    rmSync(path.join(loader.folders.failed, 'unknown/a.json'));
    write('x');
    // A writer that stays: nothing is loaded in this run.
    const busy = setInterval(() => existsSync(inbox('b.json')) && write('x'), 20);
    await later();
    clearInterval(busy);
    expect(await watched()).toBe(1);
    rmSync(inbox('b.json'));
    await loader.run();
    expect(await watched()).toBe(0);
    expect((await incidents()).filter(({ what }) => what === 'grown')).toMatchObject([{ state: 'resolved' }]);
  });

  const otherDisk = ['/dev/shm', '/run/shm'].find(
    (folder) => existsSync(folder) && statSync(folder).dev !== statSync(tmpdir()).dev,
  );
  it.skipIf(!otherDisk)(
    'goes on into a file that is kept, where the archive is on another disk',
    async () => {
      const disk = mkdtempSync(path.join(otherDisk!, 'regie-grown-'));
      undo.push(() => rmSync(disk, { recursive: true }));
      await open({ archive: path.join(disk, 'archive'), failed: path.join(disk, 'failed') });
      writeFileSync(inbox('a.json'), HALF);
      const write = remoteWriter(inbox('a.json'));
      loader.put('b.json', [entryA('MTG320', item('00'))]);
      await loader.run();
      write(WHOLE.slice(HALF.length));
      await later();
      expect(await count()).toBe(4);
      // The half that was copied stays where it was told to be; the whole is beside it.
      await later();
      await later();
      await later();
      expect(loader.files(loader.folders.work)).toEqual([]);
      expect(await watched()).toBe(0);
      expect(loader.files(disk)).toContain('archive/MTG280/2021/06/a.json');
    },
  );

  it('is found by verify when that is much later', async () => {
    await open({ stableFor: 0 });
    loader.put('a.json', WHOLE);
    await loader.run();
    expect(await watched()).toBe(0);
    const db = await loader.pool.connect();
    expect(await findGrown(db, loader.root)).toEqual([]);
    writeFileSync(path.join(loader.folders.archive, 'MTG280/2021/06/a.json'), `${WHOLE} `);
    expect(await findGrown(db, loader.root)).toEqual([
      {
        file: 'data/weather/archive/MTG280/2021/06/a.json',
        text: `has ${WHOLE.length + 1} bytes; ${WHOLE.length} were loaded`,
      },
    ]);
    db.release();
  });
});

describe('an empty file', () => {
  it('waits twenty times as long', async () => {
    await open();
    writeFileSync(inbox('a.json'), '');
    await setTimeout(2 * SHORT);
    expect(await loader.run()).toMatchObject({ outcome: 'idle' });
    await setTimeout(19 * SHORT);
    expect(await loader.run()).toMatchObject({ counts: { files: 1, failed: 1 } });
  });
});

describe('marker files', () => {
  it('let a file be taken, at once, and go with it', async () => {
    await open({ marker: '.ok', stableFor: '10m' });
    writeFileSync(inbox('a.json'), WHOLE);
    mkdirSync(inbox('sub'));
    writeFileSync(inbox('sub/b.json'), HALF);
    writeFileSync(inbox('c.json.ok'), '');
    expect(await lookAt()).toMatchObject({
      work: false,
      waiting: [
        { what: 'files without a marker', count: 2 },
        { what: 'markers without a file', count: 1 },
      ],
    });
    writeFileSync(inbox('a.json.ok'), '');
    writeFileSync(inbox('sub/b.json.ok'), '');
    expect(await loader.run()).toMatchObject({ counts: { files: 2, failed: 1 } });
    expect(loader.files(loader.folders.inbox)).toEqual(['c.json.ok']);
    expect(await count()).toBe(3);
    // What is put back has its marker again.
    const [retried] = await retryFailed(loader.pool, loader.folders);
    expect(retried).toMatchObject({ to: 'data/weather/inbox/sub/b.json' });
    expect(loader.files(loader.folders.inbox)).toEqual(['c.json.ok', 'sub/b.json', 'sub/b.json.ok']);
  });

  it('are not asked of a file that has come back', async () => {
    await open({ marker: '.ok' });
    writeFileSync(inbox('a.json'), HALF);
    writeFileSync(inbox('a.json.ok'), '');
    const write = remoteWriter(inbox('a.json'));
    await loader.run();
    write(WHOLE.slice(HALF.length));
    await later();
    expect(await count()).toBe(3);
  });
});
