import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OriginalStore } from '../../../src/library/originals/store.ts';
import { verifyStorage } from '../../../src/library/verify-originals.ts';
import { openArchiver, sidecar, type Archiver } from './support.ts';

const SHORT = 100;

let archiver: Archiver;
let hot: (name: string) => string;
beforeEach(async () => {
  archiver = await openArchiver({
    settings: { stableFor: SHORT, embedded: false, rules: [{ mask: '^(.+)\\.txt$', caption: '$1.xml' }] },
    databox: { fields: [{ name: 'Title' }] },
  });
  hot = (name) => path.join(archiver.folders.hotfolder, name);
});
afterEach(() => archiver.close());

const archived = (name: string) => path.join(archiver.folders.archived, name);

/** Records as they count: those in the trash marked. */
const versions = () =>
  archiver.query<{ name: string; bytes: number; trashed: boolean }>(
    'select name, bytes::int, trashed_at is not null as trashed from library.record order by id',
  );
const letters = () => archiver.query('select subject, what, state from regie.incident order by id');
const watched = async () => (await archiver.query('select from regie.watched_file')).length;

/** Makes files that were taken due to be looked at again, and looks. */
async function later(): Promise<void> {
  await archiver.query('update regie.watched_file set due_at = now() where not returned');
  if ((await archiver.poll()).work) await archiver.run();
}

/** As `later`, until nothing is watched any more. */
async function muchLater(): Promise<void> {
  for (let n = 0; n < 3; n += 1) await later();
  expect(await watched()).toBe(0);
}

/** A program that has a file open and writes what it is told, until it is ended. */
async function writer(name: string): Promise<ChildProcess & { write(text: string): Promise<void> }> {
  const code =
    'const fs=require("fs");const fd=fs.openSync(process.argv[1],"a");process.stdin.on("data",t=>{fs.writeSync(fd,t);console.log("ok")});console.log("ok")';
  const child = spawn(process.execPath, ['-e', code, hot(name)], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const write = async (text: string) => {
    child.stdin.write(text);
    await once(child.stdout, 'data');
  };
  return Object.assign(child, { write });
}

async function end(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  const exit = once(child, 'exit');
  if (signal) child.kill(signal);
  else child.stdin!.end();
  await exit;
}

describe('a file that a program has open for writing', () => {
  it('is not taken while it stalls, and whole when it is closed', async () => {
    const program = await writer('a.txt');
    await program.write('first half, ');
    archiver.put('b.txt');
    // It stalls for longer than the setting.
    await setTimeout(3 * SHORT);
    expect(await archiver.run()).toMatchObject({
      counts: { archived: 1, growing: 1 },
      waiting: [{ count: 1 }],
    });
    expect(archiver.traced).toContain('a.txt: a program has it open for writing');
    expect(await archiver.poll()).toMatchObject({ work: false });
    await program.write('second half');
    await end(program);
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/b.txt', 'photos/a.txt']);
    expect(readFileSync(archived('a.txt'), 'utf8')).toBe('first half, second half');
    expect(await letters()).toEqual([]);
  });

  it('is taken as it is when its writer is killed', async () => {
    const program = await writer('a.txt');
    await program.write('first half');
    await end(program, 'SIGKILL');
    await archiver.run();
    expect(await versions()).toEqual([{ name: 'a.txt', bytes: 10, trashed: false }]);
    // Somebody completes it: it is another one, though it has the name.
    archiver.put('a.txt', 'first half, second half');
    await archiver.run();
    expect(await versions()).toMatchObject([{ bytes: 10 }, { bytes: 23 }]);
  });
});

/** Takes a file while its writer is not to be seen, as over a network; gives what goes on writing to it. */
async function takenHalf(name: string, text: string): Promise<(text: string) => void> {
  archiver.put(name, text);
  const file = hot(name);
  await archiver.run();
  expect(archiver.files()).not.toContain(name);
  // A writer holds on to the file itself, wherever it was moved.
  const places = [archived(name), path.join(archiver.folders.refused, name)];
  const moved = places.find((each) => statSync(each, { throwIfNoEntry: false })) ?? file;
  return (more) => appendFileSync(moved, more);
}

describe('a file whose writer goes on after it was taken', () => {
  it('is taken again as a new version, which is told, with what describes it', async () => {
    archiver.put('a.xml', sidecar({ Title: 'Of a' }));
    const write = await takenHalf('a.txt', 'first half, ');
    write('second half');
    await later();
    expect(await letters()).toEqual([{ subject: 'a.txt', what: 'grown', state: 'resolved' }]);
    expect(archiver.traced.find((line) => line.includes('somebody wrote to it'))).toContain(
      'record 1 has 12 bytes, the file has 23 now',
    );
    expect(await versions()).toEqual([
      { name: 'a.txt', bytes: 12, trashed: true },
      { name: 'a.txt', bytes: 23, trashed: false },
    ]);
    expect((await archiver.records())[1]).toBe('photos/a.txt Title=Of a');
    expect(
      await archiver.query('select record_id, what, before, after from library.event order by id'),
    ).toEqual([
      { record_id: '1', what: 'created', before: null, after: null },
      { record_id: '2', what: 'created', before: null, after: null },
      { record_id: '1', what: 'replaced', before: null, after: { record: 2 } },
      { record_id: '2', what: 'replaces', before: { record: 1 }, after: null },
    ]);
    expect(archiver.files()).toEqual([]);
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'a.txt', 'a.xml']);
    expect(readFileSync(archived('a.txt'), 'utf8')).toBe('first half, second half');
  });

  it('is watched by runs: who asks for the status changes nothing', async () => {
    await takenHalf('a.txt', 'whole');
    const due = () => archiver.query('select due_at, checks from regie.watched_file');
    await archiver.query('update regie.watched_file set due_at = now()');
    const before = await due();
    expect(await archiver.waiting()).toEqual([]);
    expect(await due()).toEqual(before);
    expect(await archiver.poll()).toMatchObject({ work: false });
    expect(await due()).not.toEqual(before);
  });

  it('stays told while it grows', async () => {
    const write = await takenHalf('a.txt', 'first, ');
    write('second, ');
    archiver.change({ stableFor: '5m' });
    await later();
    expect(await letters()).toEqual([{ subject: 'a.txt', what: 'grown', state: 'open' }]);
    expect(archiver.files()).toEqual(['a.txt']);
    appendFileSync(hot('a.txt'), 'third');
    archiver.change({ stableFor: SHORT });
    await archiver.run();
    expect(await versions()).toMatchObject([{ trashed: true }, { bytes: 20, trashed: false }]);
    expect(await letters()).toMatchObject([{ state: 'resolved' }]);
  });

  it('is the same where only its time was set, and is forgotten when it stays so', async () => {
    await takenHalf('a.txt', 'whole');
    utimesSync(archived('a.txt'), new Date(), new Date('2020-01-01'));
    await later();
    expect([await watched(), (await versions()).length]).toEqual([1, 1]);
    await muchLater();
    expect((await versions()).length).toBe(1);
    expect(await letters()).toEqual([]);
  });

  it('is not removed before that, where archived files are not kept', async () => {
    archiver.change({ keepArchived: false, deleteEmptyFolders: true });
    const fd = openSync(archiver.put('in/a.txt', 'first half, '), 'a');
    archiver.put('in/a.xml', sidecar({ Title: 'Of a' }));
    archiver.put('in/b.txt', 'b');
    // Its writer cannot be seen while it is taken.
    closeSync(fd);
    await archiver.run();
    const held = archiver.files();
    expect(held.every((name) => name.startsWith('in/.regie-intake-'))).toBe(true);
    expect(held).toHaveLength(3);
    const again = openSync(
      hot(held.find((name) => readFileSync(hot(name), 'utf8').startsWith('first'))!),
      'a',
    );
    writeSync(again, 'second half');
    closeSync(again);
    await later();
    expect((await versions()).filter(({ trashed }) => !trashed)).toEqual([
      { name: 'b.txt', bytes: 1, trashed: false },
      { name: 'a.txt', bytes: 23, trashed: false },
    ]);
    expect(await archiver.records()).toContain('photos/a.txt Title=Of a');
    await muchLater();
    expect(archiver.files()).toEqual([]);
    expect(statSync(hot('in'), { throwIfNoEntry: false })).toBe(undefined);
  });

  it('is looked at again when it was refused', async () => {
    archiver.put('a.xml', sidecar({ Title: 'Of a' }).slice(0, 60));
    const write = await takenHalf('a.txt', 'text');
    expect(archiver.reason('a.txt')).toContain('a.xml');
    expect(await letters()).toMatchObject([{ state: 'open' }, { state: 'open' }]);
    appendFileSync(path.join(archiver.folders.refused, 'a.xml'), sidecar({ Title: 'Of a' }).slice(60));
    write(' and more');
    await later();
    expect(await archiver.records()).toEqual(['photos/a.txt Title=Of a']);
    expect(archiver.files('refused')).toEqual(['.phrasea.xml']);
    expect((await letters()).every((letter) => (letter as { state: string }).state === 'resolved')).toBe(
      true,
    );
  });

  it('is looked at again when it was refused and stays', async () => {
    archiver.change({ keepRefused: false });
    archiver.put('a.xml', sidecar({ Title: 'Of a' }).slice(0, 60));
    archiver.put('a.txt', 'text');
    await archiver.run();
    expect(await archiver.records()).toEqual([]);
    archiver.put('a.xml', sidecar({ Title: 'Of a' }));
    archiver.put('a.txt', 'whole text');
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt Title=Of a']);
  });

  it('and that went into quarantine is told there', async () => {
    archiver.put('first.txt', 'same');
    await archiver.run();
    const write = await takenHalf('a.txt', 'same');
    write(' but for the rest');
    await later();
    expect((await versions()).map(({ bytes }) => bytes)).toEqual([4, 21]);
    const rows = await archiver.query<{ reasons: { check: string; record: string }[] }>(
      'select reasons from library.quarantine',
    );
    expect(rows[0]!.reasons.map(({ check, record }) => [check, record])).toEqual([
      ['sha256', '1'],
      ['grown', '2'],
    ]);
  });

  it('stands beside another one that has its name by now', async () => {
    const write = await takenHalf('a.txt', 'first half, ');
    write('second half');
    archiver.put('a.txt', 'another');
    await later();
    expect((await versions()).map(({ name, bytes, trashed }) => [name, bytes, trashed])).toEqual([
      ['a.txt', 12, true],
      ['a.txt', 7, false],
      ['a~1.txt', 23, false],
    ]);
  });
});

it('later growth is found by verify', async () => {
  const write = await takenHalf('a.txt', 'first half, ');
  const grown = () =>
    archiver.use((db) => verifyStorage(db, new OriginalStore(archiver.storage), { root: archiver.root }));
  await muchLater();
  expect(await grown()).toMatchObject({ originals: 1, grown: [] });
  write('second half');
  expect((await grown()).grown).toEqual([
    { file: archived('a.txt'), became: 'record 1', text: 'has 23 bytes; record 1 was made of 12' },
  ]);
});

describe('what comes under its own name only when it is complete', () => {
  it('is taken whole: temporary names, replaced files', async () => {
    writeFileSync(hot('a.txt.part'), 'half');
    writeFileSync(hot('.a.txt.x4Tr9a'), 'half');
    archiver.put('b.txt', 'old');
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/b.txt']);
    renameSync(hot('a.txt.part'), hot('a.txt'));
    writeFileSync(hot('b.txt.tmp'), 'new one');
    renameSync(hot('b.txt.tmp'), hot('b.txt'));
    await archiver.run();
    expect((await versions()).map(({ name, bytes }) => [name, bytes])).toEqual([
      ['b.txt', 3],
      ['a.txt', 4],
      ['b.txt', 7],
    ]);
    expect(await letters()).toEqual([]);
  });

  it('is no empty file: that must stay the same for twenty times as long', async () => {
    archiver.put('a.txt', '');
    archiver.put('b.txt', 'b');
    archiver.change({ stableFor: '1s' });
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/b.txt']);
    await archiver.query("update library.hotfolder_file set seen_at = seen_at - interval '2 s'");
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/b.txt']);
    await archiver.query("update library.hotfolder_file set seen_at = seen_at - interval '18 s'");
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/b.txt', 'photos/a.txt']);
  });
});

describe('with marker files', () => {
  beforeEach(() => archiver.change({ marker: '.ok', stableFor: '5m', sidecarWait: '10m' }));

  it('a file is taken when it has one, and at once; the marker goes with it', async () => {
    archiver.put('a.txt', 'a');
    archiver.put('a.xml', sidecar({ Title: 'Of a' }));
    archiver.put('none.bin');
    expect(await archiver.run()).toMatchObject({ outcome: 'idle', waiting: [{ what: 'files', count: 3 }] });
    archiver.put('a.txt.ok', '');
    archiver.put('none.bin.ok', '');
    expect(await archiver.poll()).toMatchObject({ work: true });
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt Title=Of a']);
    expect(archiver.files('archived')).toEqual(['.phrasea.xml', 'a.txt', 'a.txt.ok', 'a.xml']);
    expect(archiver.files('refused')).toEqual([
      '.phrasea.xml',
      'none.bin',
      'none.bin.error.json',
      'none.bin.ok',
    ]);
    expect(archiver.files()).toEqual([]);
  });

  it('a marker without its file is left, and told when it is old', async () => {
    archiver.put('a.txt.ok', '');
    await archiver.run();
    expect([archiver.files(), await letters()]).toEqual([['a.txt.ok'], []]);
    await archiver.query("update library.hotfolder_file set seen_at = seen_at - interval '10 minutes'");
    await archiver.run();
    expect(await letters()).toEqual([{ subject: 'a.txt.ok', what: 'marker', state: 'open' }]);
    archiver.put('a.txt');
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt']);
    expect(await letters()).toMatchObject([{ state: 'resolved' }]);
  });

  it('a file that is written to after it was taken needs no second one', async () => {
    archiver.put('a.txt.ok', '');
    const write = await takenHalf('a.txt', 'first half, ');
    write('second half');
    archiver.change({ stableFor: SHORT });
    await later();
    expect(await versions()).toMatchObject([{ trashed: true }, { bytes: 23, trashed: false }]);
  });
});
