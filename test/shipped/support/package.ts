import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { identify } from '../../../src/servers/processes.ts';
import { userEnvironment } from './user.ts';

const run = promisify(execFile);

/** This project's folder. */
export const project = fileURLToPath(new URL('../../../', import.meta.url));

const PREFIX = 'regie-shipped-';
/** A test run is its main process: that of vitest, whose workers run the files. */
const owner = process.ppid;

/**
 * An empty folder into which the program was packed and installed as a user does it (`npm install ./regie-….tgz`): the
 * same one for all files of a test run. Takes 5 s; the first time with these dependencies some 40 s, until npm has them.
 * What a test makes in it lies in a folder of its own, or the test is the only one that does.
 */
export async function installedPackage(): Promise<string> {
  const folder = path.join(tmpdir(), `${PREFIX}${owner}`);
  const finished = path.join(folder, '.installed');
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Another file of this run installs it. Should it fail, it takes the folder away.
    while (!existsSync(finished)) {
      if (!existsSync(folder))
        throw new Error('the program could not be installed; another test file says why', { cause: error });
      await sleep(100);
    }
    return folder;
  }
  try {
    await removeAbandoned();
    await install(folder);
    await writeFile(finished, '');
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

/** Removes what `installedPackage` made for this process's run: its main process calls it at the end. */
export async function removeInstalled(run = process.pid): Promise<void> {
  await rm(path.join(tmpdir(), `${PREFIX}${run}`), { recursive: true, force: true });
}

/** Folders of test runs that were killed. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) && Number(name.slice(PREFIX.length));
    if (pid && !identify(pid)) await removeInstalled(pid);
  }
}

async function install(folder: string): Promise<void> {
  await refuseOldBuild();
  await npm(project, 'pack', '--silent', '--pack-destination', folder);
  const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await copyTree(await dependencies(folder, tarball), folder);
  await npm(
    folder,
    'install',
    `./${tarball}`,
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  );
}

/** What is packed must be what the sources say: `npm test` compiles first, `npx vitest` does not. */
async function refuseOldBuild(): Promise<void> {
  const source = path.join(project, 'src');
  const names = (await readdir(source, { recursive: true }))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -3));
  const timeOf = async (file: string) => (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;
  const compiled = (name: string) => path.join(project, 'dist', `${name}.js`);
  const suspects: string[] = [];
  for (const name of names)
    if ((await timeOf(compiled(name))) < (await timeOf(path.join(source, `${name}.ts`)))) suspects.push(name);
  if (suspects.length === 0) return;
  // A file may be newer and the same: another branch was looked at. Then the compiler tells.
  const fresh = await mkdtemp(path.join(tmpdir(), 'regie-compiled-'));
  try {
    const tsc = path.join(project, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh], { cwd: project });
    const textOf = (file: string) => readFile(file, 'utf8').catch(() => undefined);
    for (const name of suspects)
      if ((await textOf(compiled(name))) !== (await textOf(path.join(fresh, `${name}.js`))))
        throw new Error(`dist/${name}.js is not what src/${name}.ts says: run \`npm run build\` before`);
  } finally {
    await rm(fresh, { recursive: true });
  }
}

/**
 * An installation in Regie's cache whose packages are those of today's package.json: npm unpacks half a gigabyte, which
 * takes longer than all the rest. Only Regie itself is installed anew for each run.
 */
async function dependencies(folder: string, tarball: string): Promise<string> {
  const { dependencies } = JSON.parse(await readFile(path.join(project, 'package.json'), 'utf8')) as {
    dependencies: object;
  };
  const key = createHash('sha256').update(process.version).update(JSON.stringify(dependencies)).digest('hex');
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'regie');
  const kept = path.join(cache, `${PREFIX}${key.slice(0, 12)}`);
  if (existsSync(kept)) return kept;
  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(`${kept}-`);
  try {
    await npm(
      partial,
      'install',
      path.join(folder, tarball),
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    );
  } catch (error) {
    await rm(partial, { recursive: true });
    throw error;
  }
  // Another test run may have been faster.
  await rename(partial, kept).catch(() => rm(partial, { recursive: true }));
  return kept;
}

/** By hard links where both folders are on one disk; but npm writes into its own lists in place. */
async function copyTree(from: string, to: string): Promise<void> {
  const names = ['node_modules', 'package.json', 'package-lock.json'];
  const all = names.map((name) => path.join(from, name));
  await run('cp', ['-al', ...all, to]).catch(async () => {
    for (const name of names) await rm(path.join(to, name), { recursive: true, force: true });
    await run('cp', ['-R', ...all, to]);
  });
  for (const name of ['package.json', 'package-lock.json', 'node_modules/.package-lock.json']) {
    await rm(path.join(to, name));
    await copyFile(path.join(from, name), path.join(to, name));
  }
}

/** The npm that runs this test, in a folder, as from a terminal. Throws with its words. */
async function npm(cwd: string, ...args: string[]): Promise<void> {
  const script = process.env['npm_execpath'];
  const [program, first] = script === undefined ? ['npm', []] : [process.execPath, [script]];
  await run(program, [...first, ...args], { cwd, env: userEnvironment() }).catch(
    (error: Error & { stderr?: string }) => {
      throw new Error(`npm ${args.join(' ')} failed in ${cwd}: ${error.stderr ?? error.message}`, {
        cause: error,
      });
    },
  );
}
