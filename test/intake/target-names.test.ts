import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeFolderName, TargetNames } from '../../src/intake/target-names.ts';

let folder: string;
let at: (name: string) => string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'regie-intake-'));
  at = (name) => path.join(folder, name);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('target names', () => {
  it('are free on disk, among those chosen, and as reports', () => {
    writeFileSync(at('day.json'), '');
    writeFileSync(at('day~2.json.error.json'), '');
    const names = new TargetNames(['.error.json']);
    expect([1, 2].map(() => names.choose(at('day.json')))).toEqual([at('day~1.json'), at('day~3.json')]);
    // What is a report of one that was chosen is nobody else's.
    expect(names.choose(at('day~1.json.error.json'))).toBe(at('day~1.json.error~1.json'));
  });

  it('have one suffix for files that belong together', () => {
    writeFileSync(at('b.xml'), '');
    expect(new TargetNames().chooseTogether([at('b.jpg'), at('b.xml')])).toEqual([
      at('b~1.jpg'),
      at('b~1.xml'),
    ]);
  });

  it('fit into a file system, with suffix and report', () => {
    const long = at(`${'ü'.repeat(120)}.jpeg`);
    const names = new TargetNames(['.rejects.json']);
    for (let n = 0; n < 3; n += 1) writeFileSync(`${names.choose(long)}.rejects.json`, '');
  });

  it('of folders keep what looks like an extension', () => {
    mkdirSync(at('2024.05'));
    expect(freeFolderName(at('2024.05'))).toBe(at('2024.05~1'));
  });
});
