import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { abandonedFolders } from '../../support/abandoned.ts';
import { askShared } from '../../support/shared/ask.ts';
import { userEnvironment } from './user.ts';

const run = promisify(execFile);

/** This project's folder. */
export const project = fileURLToPath(new URL('../../../', import.meta.url));

const PREFIX = 'regie-shipped-';

/**
 * An empty folder into which the program was packed and installed as a user does it (`npm install ./regie-….tgz`): the
 * same one for all files of a test run. Takes 5 s; the first time with these dependencies some 40 s, until npm has them.
 * What a test makes in it lies in a folder of its own, or the test is the only one that does.
 */
export async function installedPackage(): Promise<string> {
  return (await askShared<{ folder: string }>('package')).folder;
}

/** Makes that folder: for vitest's own process, see `test/support/shared/serve.ts`. */
export async function makePackage(): Promise<{ folder: string; stop(): Promise<void> }> {
  for (const left of abandonedFolders(PREFIX)) await rm(left, { recursive: true, force: true });
  const folder = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  // Root's PostgreSQL runs as another account, which must get there.
  await chmod(folder, 0o755);
  const stop = () => rm(folder, { recursive: true, force: true });
  try {
    await install(folder);
    return { folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function install(folder: string): Promise<void> {
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
