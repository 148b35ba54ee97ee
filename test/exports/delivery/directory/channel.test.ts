import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openDestination } from '../support/open.ts';
import { makeParcel, makeRequest, temporaryFolder } from '../support/parcel.ts';

const folderChannel = (folder: string) => openDestination({ type: 'directory', folder });

const never = new AbortController().signal;

test('copies a file under its name, and leaves nothing else', async () => {
  const folder = temporaryFolder();
  const parcel = makeParcel();
  const channel = folderChannel(folder);
  expect(channel.recipients()).toEqual([folder]);
  const seen: number[] = [];
  const request = Object.assign(
    makeRequest(parcel, [folder], async () => {
      // What cannot be taken back comes after the checkpoint.
      expect(readdirSync(folder)).toEqual([`.regie-${parcel.id}.part`]);
    }),
    { progress: (sent: number) => seen.push(sent) },
  );
  expect(await channel.send(request)).toEqual(new Map([[folder, { state: 'delivered' }]]));
  expect(readdirSync(folder)).toEqual([parcel.name]);
  expect(readFileSync(path.join(folder, parcel.name))).toEqual(readFileSync(parcel.path));
  expect(lstatSync(path.join(folder, parcel.name)).nlink).toBe(1);
  expect(seen).toEqual([parcel.bytes]);
  expect(request.checkpoints).toBe(1);
  expect(await channel.lookUp(parcel, never)).toBe('delivered');
});

test('makes the folders that placeholders name, and no others', async () => {
  const root = temporaryFolder();
  const parcel = makeParcel();
  const dated = folderChannel(`${root}/{yyyy}-{MM}/{campaign}`);
  await dated.send(makeRequest(parcel, dated.recipients()));
  expect(readdirSync(`${root}/2026-11/canal`)).toEqual([parcel.name]);

  const missing = folderChannel(`${root}/unmounted/{yyyy}`);
  const outcomes = await missing.send(makeRequest(parcel, ['it']));
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
    const made = makeParcel();
    const parcel = { ...made, placeholders: { ...made.placeholders, segment } };
    const outcomes = await folderChannel(`${root}/{segment}`).send(makeRequest(parcel, ['it']));
    expect(outcomes.get('it')).toMatchObject({ state: 'failed', permanent: true });
    expect(readdirSync(root)).toEqual([]);
  },
);

test('overwrites nobody else’s file; its own that is there already counts as delivered', async () => {
  const folder = temporaryFolder();
  const parcel = makeParcel();
  const place = path.join(folder, parcel.name);
  const channel = folderChannel(folder);
  writeFileSync(place, 'somebody else’s');
  const refused = makeRequest(parcel, ['it']);
  expect((await channel.send(refused)).get('it')).toEqual({
    state: 'failed',
    permanent: true,
    error: expect.stringContaining(`there is another file ${place} already`),
  });
  expect(refused.checkpoints).toBe(0);
  expect(readFileSync(place, 'utf8')).toBe('somebody else’s');
  expect(await channel.lookUp(parcel, never)).toBeUndefined();

  writeFileSync(place, readFileSync(parcel.path));
  const again = makeRequest(parcel, ['it']);
  expect((await channel.send(again)).get('it')).toMatchObject({ state: 'delivered' });
  expect(again.checkpoints).toBe(0);
  expect(readdirSync(folder)).toEqual([parcel.name]);
});

test('a file that takes the name at the last moment keeps it', async () => {
  const folder = temporaryFolder();
  const parcel = makeParcel();
  const place = path.join(folder, parcel.name);
  const request = makeRequest(parcel, ['it'], async () => writeFileSync(place, 'faster'));
  expect((await folderChannel(folder).send(request)).get('it')).toMatchObject({
    state: 'failed',
    permanent: true,
  });
  expect(readFileSync(place, 'utf8')).toBe('faster');
  expect(readdirSync(folder)).toEqual([parcel.name]);
});

test('does nothing that cannot be taken back when the ledger does not take the checkpoint', async () => {
  const folder = temporaryFolder();
  const parcel = makeParcel();
  const request = makeRequest(parcel, ['it'], () => Promise.reject(new Error('the lock is lost')));
  await expect(folderChannel(folder).send(request)).rejects.toThrow('the lock is lost');
  // The ledger may have taken it all the same: the copy tells that the step was not taken.
  expect(await folderChannel(folder).lookUp(parcel, request.signal)).toBe('absent');
  expect(readdirSync(folder)).not.toContain(parcel.name);
});

test('ends with the signal’s reason before the checkpoint', async () => {
  const folder = temporaryFolder();
  const controller = new AbortController();
  controller.abort(new Error('stopped'));
  const request = makeRequest(makeParcel(), ['it'], undefined, controller.signal);
  await expect(folderChannel(folder).send(request)).rejects.toThrow('stopped');
  expect(request.checkpoints).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

test('sends nothing but the file that the ledger knows', async () => {
  const folder = temporaryFolder();
  const channel = folderChannel(folder);
  const changed = makeParcel();
  writeFileSync(changed.path, 'changed');
  const gone = makeParcel();
  rmSync(gone.path);
  for (const [parcel, words] of [
    [changed, 'has changed since it was produced: it has 7 bytes'],
    [gone, 'cannot be read'],
  ] as const)
    expect((await channel.send(makeRequest(parcel, ['it']))).get('it')).toEqual({
      state: 'failed',
      permanent: true,
      error: expect.stringContaining(words),
    });
  expect(readdirSync(folder)).toEqual([]);
});

test('tells after a crash what became of it', async () => {
  const folder = temporaryFolder();
  const parcel = makeParcel();
  const channel = folderChannel(folder);
  const temporary = path.join(folder, `.regie-${parcel.id}.part`);
  // Neither: it has not come, or was taken away already.
  expect(await channel.lookUp(parcel, never)).toBeUndefined();
  writeFileSync(temporary, readFileSync(parcel.path));
  expect(await channel.lookUp(parcel, never)).toBe('absent');
  // Killed between its new name and the end of its old one.
  writeFileSync(path.join(folder, parcel.name), readFileSync(parcel.path));
  expect(await channel.lookUp(parcel, never)).toBe('delivered');
  expect(readdirSync(folder)).toEqual([parcel.name]);
});

test('what an earlier try left is made anew, and a link in its place is not followed', async () => {
  const folder = temporaryFolder();
  const elsewhere = path.join(temporaryFolder(), 'precious');
  writeFileSync(elsewhere, 'precious');
  const parcel = makeParcel();
  symlinkSync(elsewhere, path.join(folder, `.regie-${parcel.id}.part`));
  const outcomes = await folderChannel(folder).send(makeRequest(parcel, ['it']));
  expect(outcomes.get('it')).toEqual({ state: 'delivered' });
  expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
  expect(readdirSync(folder)).toEqual([parcel.name]);
});

test('a folder in the file’s place is another’s', async () => {
  const folder = temporaryFolder();
  const parcel = makeParcel();
  mkdirSync(path.join(folder, parcel.name));
  const outcomes = await folderChannel(folder).send(makeRequest(parcel, ['it']));
  expect(outcomes.get('it')).toMatchObject({ state: 'failed', permanent: true });
});
