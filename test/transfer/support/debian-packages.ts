import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Packages of the distribution, unpacked side by side and not installed: servers of one protocol exclude each other. */
export interface Unpacked {
  /** The folder that stands for `/`. */
  root: string;
  /** What a program of it needs to find its libraries. */
  env: NodeJS.ProcessEnv;
  /** Path of a program of the packages. */
  program(name: string): string;
}

/** A sentence that says why something is not to be had here; tests skip with it. */
export interface Missing {
  missing: string;
}

/**
 * Fetches packages of a Debian-like distribution, and those that they need and this machine lacks, once into
 * Regie's cache; `name` is the folder's. What is asked for by name is fetched though it is installed here, so that a
 * server, its modules and its data are of one place on every machine.
 */
export async function unpackDebian(name: string, packages: readonly string[]): Promise<Unpacked | Missing> {
  const release = await debianRelease();
  if (!release) return { missing: 'this is no Debian or Ubuntu: no packages to unpack' };
  const root = path.join(cacheFolder(), `${release}-${name}-whole`);
  if (!existsSync(root)) {
    const why = await fetch(root, packages);
    if (why !== undefined) {
      // Tests skip in silence otherwise.
      console.log(`not tested: ${packages.join(', ')}: ${why}`);
      return { missing: why };
    }
  }
  const libraries = await libraryFolders(root);
  return {
    root,
    env: { PATH: process.env['PATH'], LD_LIBRARY_PATH: libraries.join(':'), LC_ALL: 'C.UTF-8' },
    program(wanted) {
      const places = ['usr/sbin', 'usr/bin'].map((folder) => path.join(root, folder, wanted));
      const found = places.find((file) => existsSync(file));
      if (found === undefined) throw new Error(`none of the packages ${packages.join(', ')} has ${wanted}`);
      return found;
    },
  };
}

/** Root hands the servers to `nobody`, who cannot enter root's home. */
function cacheFolder(): string {
  if (process.getuid?.() === 0) return '/var/cache/regie';
  return path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'regie');
}

/** Gives a sentence when it cannot be done. */
async function fetch(root: string, packages: readonly string[]): Promise<string | undefined> {
  await mkdir(path.dirname(root), { recursive: true });
  const partial = await mkdtemp(`${root}-`);
  try {
    await download(partial, packages).catch(async (error: unknown) => {
      if (process.getuid?.() !== 0) throw error;
      // A fresh machine has no lists yet.
      await run('apt-get', ['update']);
      await download(partial, packages);
    });
    for (const file of (await readdir(partial)).filter((each) => each.endsWith('.deb'))) {
      await run('dpkg', ['-x', file, partial], { cwd: partial });
      await rm(path.join(partial, file));
    }
    await run('chmod', ['755', partial]);
  } catch (error) {
    await rm(partial, { recursive: true });
    const { stderr, message } = error as Error & { stderr?: string };
    return `apt-get could not fetch ${packages.join(', ')}: ${(stderr || message).trim().split('\n')[0]}`;
  }
  // Another test run may have been faster.
  await rename(partial, root).catch(() => rm(partial, { recursive: true }));
  return undefined;
}

/** The packages, and of all that they need those that are not installed. */
async function download(folder: string, packages: readonly string[]): Promise<void> {
  // As root apt would fetch as a user of its own, who cannot write here.
  const asRoot = ['-o', 'APT::Sandbox::User=root'];
  const [needed, installed] = await Promise.all([neededBy(packages), installedPackages()]);
  const absent = needed.filter((name) => !installed.has(name));
  await run('apt-get', [...asRoot, 'download', ...new Set([...packages, ...absent])], { cwd: folder });
}

/**
 * All that apt would install with them on a machine that has nothing: it plays the installation through. What is
 * installed here must not matter to it: servers exclude each other.
 */
async function neededBy(packages: readonly string[]): Promise<string[]> {
  const empty = ['-o', 'Dir::State::status=/dev/null'];
  const { stdout } = await run(
    'apt-get',
    [...empty, '--simulate', '--no-install-recommends', 'install', ...packages],
    { env: { ...process.env, LC_ALL: 'C' } },
  );
  return [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name!);
}

async function installedPackages(): Promise<Set<string>> {
  const { stdout } = await run('dpkg-query', ['--show', '--showformat', '${Package} ${db:Status-Status}\n'], {
    maxBuffer: 2 ** 24,
  });
  return new Set([...stdout.matchAll(/^(\S+) installed$/gm)].map(([, name]) => name!));
}

async function debianRelease(): Promise<string | undefined> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const id = /^ID=(debian|ubuntu)$/m.exec(text)?.[1];
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(text)?.[1];
  return id && codename && `${id}-${codename}`;
}

async function libraryFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for (const lib of ['lib', 'usr/lib'].map((folder) => path.join(root, folder))) {
    // Libraries are in a folder named for the machine: x86_64-linux-gnu.
    for (const folder of await readdir(lib).catch(() => []))
      if (folder.includes('-linux-')) folders.push(path.join(lib, folder));
  }
  return folders;
}
