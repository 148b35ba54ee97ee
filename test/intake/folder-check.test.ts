import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFolders, isWithin } from '../../src/intake/folder-check.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'regie-intake-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('folders of an intake', () => {
  it('are made, hidden ones for this user alone', () => {
    const work = path.join(root, 'in/.work');
    expect(
      checkFolders(root, { what: 'the inbox', folder: path.join(root, 'in') }, [
        { folder: work, hidden: true },
      ]),
    ).toBe(undefined);
    expect(statSync(work).mode & 0o777).toBe(0o700);
  });

  it('are not made where that could hide a disk that is not mounted', () => {
    const folder = path.join(root, 'mnt/disk/in');
    const inside = path.join(root, 'installation');
    expect(checkFolders(inside, { what: 'the inbox', folder })).toBe(
      `the inbox ${folder} is not there, nor is the folder above it; expected a folder: create it, or mount its disk`,
    );
    expect(existsSync(path.join(root, 'mnt'))).toBe(false);
    mkdirSync(path.dirname(folder), { recursive: true });
    expect(checkFolders(inside, { what: 'the inbox', folder })).toBe(undefined);
  });

  it('say what is in the way of one', () => {
    const folder = path.join(root, 'in');
    writeFileSync(folder, '');
    expect(checkFolders(root, { what: 'the inbox', folder })).toMatch(/^cannot use .*in as a folder: EEXIST/);
  });

  it.skipIf(!existsSync('/dev/shm'))('lie on one disk where they have to', () => {
    const other = mkdtempSync('/dev/shm/regie-intake-');
    try {
      const folder = path.join(root, 'in');
      const beside = { folder: other, what: 'the work folder' };
      expect(checkFolders(root, { what: 'the inbox', folder }, [beside])).toBe(undefined);
      expect(
        checkFolders(root, { what: 'the inbox', folder }, [
          { ...beside, oneDisk: 'files are claimed by rename' },
        ]),
      ).toBe(
        `the inbox ${folder} and the work folder ${other} lie on different disks; expected one: files are claimed by rename`,
      );
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it.skipIf(process.getuid?.() === 0)('are told when they cannot be written', () => {
    chmodSync(root, 0o500);
    expect(checkFolders(root, { what: 'the inbox', folder: root })).toContain('cannot be written by');
    chmodSync(root, 0o700);
  });
});

it.each([
  ['/a/b', '/a', true],
  ['/a', '/a', true],
  ['/a/..b', '/a', true],
  ['/ab', '/a', false],
  ['/', '/a', false],
])('%s is within %s: %s', (folder, parent, expected) => expect(isWithin(folder, parent)).toBe(expected));
