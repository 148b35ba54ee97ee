import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Script } from 'node:vm';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { Installation } from './support/installation.ts';
import { installedPackage } from './support/package.ts';
import { userEnvironment } from './support/user.ts';

/** The packed program as npm installs it: is all of it there, and does Node take it? */

const run = promisify(execFile);

/** Modules that do something when they are imported; each is started in a test below. */
const programs = [
  'cli/main.js',
  'worker.js',
  'child.js',
  'exports/host/watchdog.js',
  'worker/keeper-watch.js',
  'workflows.bundle.js',
];

let installed: string;
let regie: string;
beforeAll(async () => {
  installed = await installedPackage();
  regie = path.join(installed, 'node_modules', 'regie');
}, 300_000);

const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

test('Node imports every module, and finds what they look for when they run', async () => {
  const script = fileURLToPath(new URL('./support/import-all.mjs', import.meta.url));
  const dist = path.join(regie, 'dist');
  const { stdout } = await run(process.execPath, [script, dist, ...programs], {
    cwd: installed,
    env: userEnvironment(),
    maxBuffer: 2 ** 24,
  });
  const { imported, faults } = JSON.parse(stdout) as { imported: string[]; faults: string[] };
  expect(faults).toEqual([]);
  const modules = filesBelow(dist).filter((name) => name.endsWith('.js'));
  expect([...imported, ...programs].sort()).toEqual(modules);
});

test('the program starts, and so does the process of an export with its watchdog', async () => {
  const root = path.join(installed, 'starter');
  mkdirSync(root);
  const at = new Installation(root, installed);
  const { version } = JSON.parse(readFileSync(path.join(regie, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect((await at.run(['--version'])).out).toBe(`${version}\n`);
  writeFileSync(
    path.join(root, 'regie.config.ts'),
    `import { defineConfig } from 'regie';
     export default defineConfig({ exports: { canal: ['./exports/first.ts', './exports/broken.ts'] } });`,
  );
  expect((await at.run(['export', 'new', 'first', '--json'])).code).toBe(0);
  writeFileSync(path.join(root, 'exports/broken.ts'), `import { NoSuch } from 'regie';\nnew NoSuch();\n`);
  const checked = await at.run(['export', 'check', '--json']);
  expect(checked.json()).toEqual([
    { export: 'first', ok: true },
    { export: 'broken', ok: false, fault: expect.stringContaining('regie has nothing of the name NoSuch') },
  ]);
  // As the starter's own test says it is run.
  const tests = readdirSync(path.join(root, 'exports')).filter((name) => name.includes('.test.'));
  expect(tests).toHaveLength(1);
  await run(process.execPath, ['--import', 'jiti/register', '--test', `exports/${tests[0]}`], {
    cwd: root,
    env: userEnvironment(),
  });
});

test('workflow code is bundled, and is a script', () => {
  const code = readFileSync(path.join(regie, 'dist/workflows.bundle.js'), 'utf8');
  expect(new Script(code)).toBeInstanceOf(Script);
});

test('holds what its documents name, and nothing of the workshop', () => {
  expect(readdirSync(regie).sort()).toEqual([
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'dist',
    'docs',
    'examples',
    'package.json',
    'regie.config.ts',
    'scripts',
    'src',
  ]);
  const files = filesBelow(regie);
  const documents = files.filter((name) => name.endsWith('.md'));
  const links = documents.flatMap((name) =>
    [...readFileSync(path.join(regie, name), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)|src="([^"]+)"/g)]
      .map(([, link, source]) => (link ?? source)!)
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => path.join(path.dirname(name), link)),
  );
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((link) => !existsSync(path.join(regie, link)))).toEqual([]);
  // What maps of sources point to.
  const maps = files.filter((name) => name.endsWith('.js.map'));
  expect(maps.length).toBeGreaterThan(100);
  const pointedTo = maps.flatMap((name) => {
    const { sources } = JSON.parse(readFileSync(path.join(regie, name), 'utf8')) as { sources: string[] };
    return sources.map((source) => path.join(path.dirname(name), source));
  });
  expect(pointedTo.filter((name) => !files.includes(name))).toEqual([]);
  expect(files.filter((name) => /\.test\.|\.tsbuildinfo$|(^|\/)\.regie/.test(name))).toEqual([]);
});
