import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OriginalStore } from '../../../src/library/originals/store.ts';
import { filesBelow } from '../support/files-below.ts';

let root: string;
let store: OriginalStore;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'regie-originals-'));
  store = new OriginalStore(path.join(root, 'storage'));
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (name: string, content: Uint8Array | string) => {
  writeFileSync(path.join(root, name), content);
  return path.join(root, name);
};

describe('OriginalStore', () => {
  it.each([0, 1, 1_000, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 21, 3_500_001])(
    'keeps a file of %d bytes',
    async (bytes) => {
      const content = randomBytes(bytes);
      const source = put('a', content);
      const hash = createHash('sha256').update(content).digest('hex');
      expect(await store.keep(source)).toEqual({ sha256: hash, bytes });
      const kept = store.pathOf(hash);
      expect(kept).toBe(path.join(root, 'storage/originals', hash.slice(0, 2), hash.slice(2, 4), hash));
      expect(readFileSync(kept).equals(content)).toBe(true);
      expect(readFileSync(source).equals(content)).toBe(true);
      expect(statSync(kept).mode & 0o777).toBe(0o444);
      expect(readdirSync(path.join(root, 'storage/incoming'))).toEqual([]);
    },
  );

  it('keeps the same content once, however often and by how many at once', async () => {
    const files = Array.from({ length: 8 }, (_, n) => put(`${n}`, 'same'));
    const kept = await Promise.all(files.map((file) => store.keep(file)));
    expect(new Set(kept.map(({ sha256 }) => sha256)).size).toBe(1);
    const before = statSync(store.pathOf(kept[0]!.sha256)).ino;
    await store.keep(files[0]!);
    expect(statSync(store.pathOf(kept[0]!.sha256)).ino).toBe(before);
    expect(filesBelow(path.join(root, 'storage'))).toHaveLength(1);
    store.discard(kept[0]!.sha256);
    expect(store.has(kept[0]!.sha256)).toBe(false);
    await store.keep(files[0]!);
    expect(store.has(kept[0]!.sha256)).toBe(true);
  });

  it.each([
    ['grows', (file: string) => appendFileSync(file, 'more')],
    [
      'is written again, as long as before',
      (file: string) => writeFileSync(file, randomBytes(statSync(file).size)),
    ],
    ['is touched', (file: string) => utimesSync(file, new Date(), new Date())],
  ])('keeps nothing of a file that %s while it is read', async (_, change) => {
    for (const bytes of [1_000, 20_000_000]) {
      const source = put('a', randomBytes(bytes));
      const keeping = store.keep(source);
      let changing = true;
      const changer = (async () => {
        while (changing) {
          change(source);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      await expect(keeping).rejects.toThrow(`${source} changed while it was read`);
      changing = false;
      await changer;
    }
    expect(filesBelow(path.join(root, 'storage'))).toEqual([]);
  });

  it('sweeps away what a killed copy has left, once it is old', async () => {
    await store.keep(put('a', 'a'));
    const [old, young] = ['old.part', 'young.part'].map((name) =>
      path.join(root, 'storage/incoming', name),
    ) as [string, string];
    for (const draft of [old, young]) writeFileSync(draft, 'half');
    utimesSync(old, new Date(), new Date(Date.now() - 2 * 86_400_000));
    store.sweep();
    expect(readdirSync(path.join(root, 'storage/incoming'))).toEqual(['young.part']);
    new OriginalStore(path.join(root, 'nowhere')).sweep();
  });

  it('follows no link, and takes nothing that is no file', async () => {
    put('secret', 'secret');
    symlinkSync(path.join(root, 'secret'), path.join(root, 'link'));
    await expect(store.keep(path.join(root, 'link'))).rejects.toThrow('ELOOP');
    await expect(store.keep(root)).rejects.toThrow('is no file');
    await expect(store.keep(path.join(root, 'missing'))).rejects.toThrow('ENOENT');
  });
});
