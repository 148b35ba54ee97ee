import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findOpenForWriting } from '../../src/intake/open-for-writing.ts';
import { findStableFiles } from '../../src/intake/stable-files.ts';
import { scan } from '../../src/files/scan.ts';

let folder: string;
let at: (name: string) => string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'regie-intake-')));
  at = (name) => path.join(folder, name);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const candidate = (name: string) => ({ path: at(name), inode: statSync(at(name)).ino });

/** Another process that has a file open, until it is killed; `flags` as a shell has them. */
async function holdOpen(name: string, flags: '<' | '>>' | '<>'): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', `exec 3${flags}"$0"; echo open; read -r _`, at(name)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

describe.skipIf(!existsSync('/proc/self/fdinfo'))('files that are open for writing', () => {
  it('are told from those that are read, closed, or written by nobody', async () => {
    for (const name of ['appended', 'updated', 'read', 'quiet']) writeFileSync(at(name), 'x');
    await holdOpen('appended', '>>');
    await holdOpen('updated', '<>');
    await holdOpen('read', '<');
    const all = ['appended', 'updated', 'read', 'quiet'].map(candidate);
    expect(await findOpenForWriting(all)).toEqual({
      files: new Set([at('appended'), at('updated')]),
      complete: true,
    });
  });

  it('until their writer ends, or is killed', async () => {
    writeFileSync(at('a'), 'x');
    const writer = await holdOpen('a', '>>');
    expect((await findOpenForWriting([candidate('a')])).files.size).toBe(1);
    const ended = once(writer, 'exit');
    writer.kill('SIGKILL');
    await ended;
    expect((await findOpenForWriting([candidate('a')])).files.size).toBe(0);
  });

  it('by whatever name: renamed, linked; and by this process itself', async () => {
    writeFileSync(at('a'), 'x');
    const fd = openSync(at('a'), 'a');
    renameSync(at('a'), at('b'));
    linkSync(at('b'), at('c'));
    writeFileSync(at('a'), 'another');
    const found = await findOpenForWriting(['a', 'b', 'c'].map(candidate));
    closeSync(fd);
    expect(found.files).toEqual(new Set([at('b'), at('c')]));
  });

  it('where the system tells no inode, and nothing that has the same number on another disk', async () => {
    writeFileSync(at('a'), 'x');
    const proc = at('proc');
    mkdirSync(path.join(proc, '7/fd'), { recursive: true });
    mkdirSync(path.join(proc, '7/fdinfo'));
    symlinkSync(at('a'), path.join(proc, '7/fd/3'));
    const info = path.join(proc, '7/fdinfo/3');
    writeFileSync(info, 'pos:\t0\nflags:\t0100002\nmnt_id:\t30\n');
    expect((await findOpenForWriting([candidate('a')], { proc })).files.size).toBe(1);
    writeFileSync(info, `pos:\t0\nflags:\t0100002\nino:\t${candidate('a').inode}\n`);
    rmSync(path.join(proc, '7/fd/3'));
    symlinkSync('/etc/passwd', path.join(proc, '7/fd/3'));
    expect((await findOpenForWriting([candidate('a')], { proc })).files.size).toBe(0);
  });

  it('are not looked for when there is nothing to look for; without /proc nothing is known', async () => {
    writeFileSync(at('a'), 'x');
    expect(await findOpenForWriting([], { proc: at('none') })).toEqual({ files: new Set(), complete: true });
    expect(await findOpenForWriting([candidate('a')], { proc: at('none') })).toMatchObject({
      complete: false,
    });
    expect(await findOpenForWriting([candidate('a')], { within: -1 })).toMatchObject({ complete: false });
  });

  it('are not stable, though they arrived by rename', async () => {
    for (const name of ['a', 'b']) writeFileSync(at(`${name}.part`), 'half');
    await holdOpen('a.part', '>>');
    for (const name of ['a', 'b']) renameSync(at(`${name}.part`), at(name));
    const found = await findStableFiles(folder, await scan(folder, () => true), 20);
    expect(found.stable.map(({ name }) => name)).toEqual(['b']);
    expect(found.open.map(({ name }) => name)).toEqual(['a']);
  });
});

it('an empty file must be the same for twenty times as long', async () => {
  writeFileSync(at('empty'), '');
  writeFileSync(at('full'), 'x');
  const look = async (stableFor: number) =>
    await findStableFiles(folder, await scan(folder, () => true), stableFor);
  const first = await look(300);
  expect(first.stable.map(({ name }) => name)).toEqual(['full']);
  expect(first.growing.map(({ name }) => name)).toEqual(['empty']);
  expect((await look(1)).stable.map(({ name }) => name)).toEqual(['empty', 'full']);
});
