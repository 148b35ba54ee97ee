import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const project = fileURLToPath(new URL('../', import.meta.url));

/** What the script prints for a compiled program. */
async function publicTypes(dist: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['scripts/public-types.mjs', '--dist', dist],
    {
      cwd: project,
    },
  );
  return stdout;
}

test('the types that users see are those that were looked at', async () => {
  const kept = readFileSync(path.join(project, 'docs/public-types.d.ts'), 'utf8');
  expect(
    await publicTypes(path.join(project, 'dist')),
    'Meant? Then `npm run build`, `npm run public-types`, and a line in CHANGELOG.md',
  ).toBe(kept);
});

test('holds what the entries reach, with its comments, and nothing else of the same files', async () => {
  const dist = mkdtempSync(path.join(tmpdir(), 'regie-public-types-'));
  onTestFinished(() => rmSync(dist, { recursive: true }));
  const files = {
    'index.d.ts': `export { run, type Options as Wishes } from './room/run.ts';\nexport { z } from 'zod';\n`,
    'client.d.ts': `export { far } from './far/far.ts';\n`,
    'far/far.d.ts': `export declare const far: 3, farther: 4;\n`,
    'room/run.d.ts': `import type { Pool } from 'pg';
import { b as names, unused } from '../names.ts';
import type { Unused } from 'unused';
declare const inner: typeof names;
/** Runs. */
export declare function run(options: Options, pool: Pool): import("../far/place.ts").Place.Deep;
/** Is not reached. */
export declare function walk(): Unused;
export interface Options {
    /** Which. */
    name: keyof typeof inner;
}
export {};
`,
    'names.d.ts': `export declare const a: 1, b: { x: Same };\nexport type Same = Same[];\nexport type unused = 1;\n`,
    'far/place.d.ts': `export declare namespace Place {\n    type Deep = Near;\n}\ntype Near = 2;\n`,
    'other.d.ts': 'export type Other = 1;\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dist, name)), { recursive: true });
    writeFileSync(path.join(dist, name), text);
  }
  const [, ...parts] = (await publicTypes(dist)).split(/^\/\/ (?=[a-z/]+\n\n)/m);
  expect(parts).toEqual([
    `index\n\n${files['index.d.ts']}\n`,
    `client\n\n${files['client.d.ts']}\n`,
    'far/far\n\nexport declare const far: 3, farther: 4;\n\n',
    'far/place\n\nexport declare namespace Place {\n    type Deep = Near;\n}\ntype Near = 2;\n\n',
    'names\n\nexport declare const a: 1, b: { x: Same };\nexport type Same = Same[];\n\n',
    `room/run

import type { Pool } from 'pg';
declare const inner: typeof names;
/** Runs. */
export declare function run(options: Options, pool: Pool): import("../far/place.ts").Place.Deep;
export interface Options {
    /** Which. */
    name: keyof typeof inner;
}
`,
  ]);
});
