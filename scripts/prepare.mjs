// Makes a clone ready to run: installs the packages when the lock file changed, compiles when a source did.
// Plain JavaScript without packages: it runs before there are any. `npm start` and `npm test` call it.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 11))
  fail(`Node ${process.versions.node} is too old: Regie needs 20.11 or later.`);

step('package-lock.json', ['package-lock.json', 'package.json'], 'node_modules/.regie-installed', () => {
  say('Installing packages (npm ci, about a minute the first time) …');
  npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
});
step(
  'sources',
  ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/build.mjs'],
  'dist/.regie-built',
  () => {
    say('Compiling …');
    npm('run', '--silent', 'build');
  },
);

/** Runs `work` unless the files are the same as when it last ended well. */
function step(name, inputs, stamp, work) {
  const hash = createHash('sha256').update(process.version.split('.')[0]);
  for (const file of inputs.flatMap(files)) hash.update(file).update(readFileSync(path.join(root, file)));
  const wanted = hash.digest('hex');
  const file = path.join(root, stamp);
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted) return;
  work();
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, wanted);
}

function files(name) {
  const full = path.join(root, name);
  if (!existsSync(full)) fail(`${name} is missing in ${root}; clone the project again.`);
  if (!readdirable(full)) return [name];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

function readdirable(full) {
  try {
    readdirSync(full);
    return true;
  } catch {
    return false;
  }
}

function npm(...args) {
  // The npm that runs this script, whatever its name and place.
  const [command, first] = process.env.npm_execpath
    ? [process.execPath, [process.env.npm_execpath]]
    : ['npm', []];
  const { status, error } = spawnSync(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) fail(`npm ${args[0]} failed${error ? `: ${error.message}` : ''}; its words are above.`);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}
