import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openDestination } from '../support/open.ts';
import { makeOutgoingFile, makeRequest, temporaryFolder } from '../support/outgoing-file.ts';

const folderChannel = (folder: string) => openDestination({ type: 'directory', folder });

const never = new AbortController().signal;

test('copies a file under its name, and leaves nothing else', async () => {
  const folder = temporaryFolder();
  const outgoing = makeOutgoingFile();
  const channel = folderChannel(folder);
  expect(channel.recipients()).toEqual([folder]);
  const seen: number[] = [];
  const request = Object.assign(
    makeRequest(outgoing, [folder], async () => {
      // What cannot be taken back comes after the checkpoint.
      expect(readdirSync(folder)).toEqual([`.regie-${outgoing.id}.part`]);
    }),
    { progress: (sent: number) => seen.push(sent) },
  );
  expect(await channel.send(request)).toEqual(new Map([[folder, { state: 'delivered' }]]));
  expect(readdirSync(folder)).toEqual([outgoing.name]);
  expect(readFileSync(path.join(folder, outgoing.name))).toEqual(readFileSync(outgoing.path));
  expect(lstatSync(path.join(folder, outgoing.name)).nlink).toBe(1);
  expect(seen).toEqual([outgoing.bytes]);
  expect(request.checkpoints).toBe(1);
  expect(await channel.verifyArrival(outgoing, never)).toBe('delivered');
});

test('makes the folders that placeholders name, and no others', async () => {
  const root = temporaryFolder();
  const outgoing = makeOutgoingFile();
  const dated = folderChannel(`${root}/{yyyy}-{MM}/{campaign}`);
  await dated.send(makeRequest(outgoing, dated.recipients()));
  expect(readdirSync(`${root}/2026-11/canal`)).toEqual([outgoing.name]);

  const missing = folderChannel(`${root}/unmounted/{yyyy}`);
  const outcomes = await missing.send(makeRequest(outgoing, ['it']));
  expect(outcomes.get('it')).toMatchObject({
    state: 'failed',
    error: expect.stringContaining(`the folder ${root}/unmounted cannot be entered`),
  });
  expect(readdirSync(root)).toEqual(['2026-11']);
});

test.each(['..', '.', 'a/b', 'a\\b', 'a\nb', ''])(
  'is not led elsewhere by the segment %j',
  async (segment) => {
    const root = temporaryFolder();
    const made = makeOutgoingFile();
    const outgoing = { ...made, placeholders: { ...made.placeholders, segment } };
    const outcomes = await folderChannel(`${root}/{segment}`).send(makeRequest(outgoing, ['it']));
    expect(outcomes.get('it')).toMatchObject({ state: 'failed', permanent: true });
    expect(readdirSync(root)).toEqual([]);
  },
);

test('overwrites nobody else’s file; its own that is there already counts as delivered', async () => {
  const folder = temporaryFolder();
  const outgoing = makeOutgoingFile();
  const place = path.join(folder, outgoing.name);
  const channel = folderChannel(folder);
  writeFileSync(place, 'somebody else’s');
  const refused = makeRequest(outgoing, ['it']);
  expect((await channel.send(refused)).get('it')).toEqual({
    state: 'failed',
    permanent: true,
    error: expect.stringContaining(`there is another file ${place} already`),
  });
  expect(refused.checkpoints).toBe(0);
  expect(readFileSync(place, 'utf8')).toBe('somebody else’s');
  expect(await channel.verifyArrival(outgoing, never)).toBeUndefined();

  writeFileSync(place, readFileSync(outgoing.path));
  const again = makeRequest(outgoing, ['it']);
  expect((await channel.send(again)).get('it')).toMatchObject({ state: 'delivered' });
  expect(again.checkpoints).toBe(0);
  expect(readdirSync(folder)).toEqual([outgoing.name]);
});

test('a file that takes the name at the last moment keeps it', async () => {
  const folder = temporaryFolder();
  const outgoing = makeOutgoingFile();
  const place = path.join(folder, outgoing.name);
  const request = makeRequest(outgoing, ['it'], async () => writeFileSync(place, 'faster'));
  expect((await folderChannel(folder).send(request)).get('it')).toMatchObject({
    state: 'failed',
    permanent: true,
  });
  expect(readFileSync(place, 'utf8')).toBe('faster');
  expect(readdirSync(folder)).toEqual([outgoing.name]);
});

test('does nothing that cannot be taken back when the ledger does not take the checkpoint', async () => {
  const folder = temporaryFolder();
  const outgoing = makeOutgoingFile();
  const request = makeRequest(outgoing, ['it'], () => Promise.reject(new Error('the lock is lost')));
  await expect(folderChannel(folder).send(request)).rejects.toThrow('the lock is lost');
  // The ledger may have taken it all the same: the copy tells that the step was not taken.
  expect(await folderChannel(folder).verifyArrival(outgoing, request.signal)).toBe('absent');
  expect(readdirSync(folder)).not.toContain(outgoing.name);
});

test('ends with the signal’s reason before the checkpoint', async () => {
  const folder = temporaryFolder();
  const controller = new AbortController();
  controller.abort(new Error('stopped'));
  const request = makeRequest(makeOutgoingFile(), ['it'], undefined, controller.signal);
  await expect(folderChannel(folder).send(request)).rejects.toThrow('stopped');
  expect(request.checkpoints).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

test('sends nothing but the file that the ledger knows', async () => {
  const folder = temporaryFolder();
  const channel = folderChannel(folder);
  const changed = makeOutgoingFile();
  writeFileSync(changed.path, 'changed');
  const gone = makeOutgoingFile();
  rmSync(gone.path);
  for (const [outgoing, words] of [
    [changed, 'has changed since it was produced: it has 7 bytes'],
    [gone, 'cannot be read'],
  ] as const)
    expect((await channel.send(makeRequest(outgoing, ['it']))).get('it')).toEqual({
      state: 'failed',
      permanent: true,
      error: expect.stringContaining(words),
    });
  expect(readdirSync(folder)).toEqual([]);
});

test('tells after a crash what became of it', async () => {
  const folder = temporaryFolder();
  const outgoing = makeOutgoingFile();
  const channel = folderChannel(folder);
  const temporary = path.join(folder, `.regie-${outgoing.id}.part`);
  // Neither: it has not come, or was taken away already.
  expect(await channel.verifyArrival(outgoing, never)).toBeUndefined();
  writeFileSync(temporary, readFileSync(outgoing.path));
  expect(await channel.verifyArrival(outgoing, never)).toBe('absent');
  // Killed between its new name and the end of its old one.
  writeFileSync(path.join(folder, outgoing.name), readFileSync(outgoing.path));
  expect(await channel.verifyArrival(outgoing, never)).toBe('delivered');
  expect(readdirSync(folder)).toEqual([outgoing.name]);
});

test('what an earlier try left is made anew, and a link in its place is not followed', async () => {
  const folder = temporaryFolder();
  const elsewhere = path.join(temporaryFolder(), 'precious');
  writeFileSync(elsewhere, 'precious');
  const outgoing = makeOutgoingFile();
  symlinkSync(elsewhere, path.join(folder, `.regie-${outgoing.id}.part`));
  const outcomes = await folderChannel(folder).send(makeRequest(outgoing, ['it']));
  expect(outcomes.get('it')).toEqual({ state: 'delivered' });
  expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
  expect(readdirSync(folder)).toEqual([outgoing.name]);
});

test('a folder in the file’s place is another’s', async () => {
  const folder = temporaryFolder();
  const outgoing = makeOutgoingFile();
  mkdirSync(path.join(folder, outgoing.name));
  const outcomes = await folderChannel(folder).send(makeRequest(outgoing, ['it']));
  expect(outcomes.get('it')).toMatchObject({ state: 'failed', permanent: true });
});
