import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { describe as describeExport } from '../../../src/exports/host/host.ts';
import * as regie from '../../../src/index.ts';
import { newExport } from '../../../src/exports/starter/new-export.ts';

const root = mkdtempSync(path.join(tmpdir(), 'regie-test-starter-'));
afterAll(() => rm(root, { recursive: true }));

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const at = (file: string) => path.join(root, file);

test('writes an export that works, and its test, which passes', async () => {
  const made = newExport(root, 'closed-cards', { source: 'billing-2' });
  expect(made).toMatchObject({
    module: 'exports/closed-cards.ts',
    test: 'exports/closed-cards.test.ts',
    configuration: "exports: ['./exports/closed-cards.ts'],",
  });
  const job = { name: 'closed-cards', campaign: 'exports', module: at(made.module), root };
  expect(await describeExport(job)).toMatchObject({
    target: { hours: [4, 5, 6, 7], weekdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] },
    file: 'closed-cards_{yyyy}{MM}{dd}.csv',
    columns: [{ name: 'id' }, { name: 'title' }, { name: 'day' }],
  });

  // An installation has `regie` and what it depends on as packages; here `regie` is the sources.
  mkdirSync(at('node_modules/regie'), { recursive: true });
  symlinkSync(path.join(repository, 'node_modules/jiti'), at('node_modules/jiti'));
  writeFileSync(at('package.json'), '{ "type": "module" }');
  writeFileSync(at('node_modules/regie/package.json'), '{ "type": "module", "exports": "./index.js" }');
  const sources = pathToFileURL(path.join(repository, 'src/index.ts')).href;
  writeFileSync(
    at('node_modules/regie/index.js'),
    `import regie from '${sources}'; export const { ${Object.keys(regie).join(', ')} } = regie;`,
  );
  const [program, ...args] = made.command.split(' ');
  const { stdout } = await promisify(execFile)(program!, args, {
    cwd: root,
    env: { PATH: process.env['PATH'] },
  });
  expect(stdout).toMatch(/^# pass 2$/m);
});

test('never overwrites', () => {
  writeFileSync(at('exports/mine.test.ts'), 'mine');
  expect(() => newExport(root, 'mine')).toThrow('exports/mine.test.ts exists already; choose another name');
  expect(existsSync(at('exports/mine.ts'))).toBe(false);
  expect(readFileSync(at('exports/mine.test.ts'), 'utf8')).toBe('mine');
});

test.each(['', '1st', 'a b', '../a', 'a.b', 'é', `a${'b'.repeat(100)}`])('refuses the name %j', (name) => {
  expect(() => newExport(root, name)).toThrow(`${JSON.stringify(name)} cannot be the name of an export`);
});

test.each([
  ['array', 'ArrayFile'],
  ['csv-export', 'CsvExportFile'],
  ['end_of--operation', 'EndOfOperation'],
])('gives the class of %s a name that is free: %s', (name, exported) => {
  newExport(root, name);
  expect(readFileSync(at(`exports/${name}.ts`), 'utf8')).toContain(
    `export default class ${exported} extends CsvExport`,
  );
});
