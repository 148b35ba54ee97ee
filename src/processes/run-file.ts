import { readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { writePrivateFile } from './private-file.ts';
import type { ProcessId } from './processes.ts';

/** Changes when an older Regie could misread the file. */
const VERSION = 1;

/** Name of the database of the local Temporal server, in `homeOf(root)`. */
export const DATABASE = 'temporal.db';

/** What `.regie/run.json` says of the servers that `regie up` runs, and of its worker; it holds the database's password. */
export interface RunFile {
  version: typeof VERSION;
  /**
   * The folder that it was written into, without symbolic links: a copy of the installation's folder holds a copy of this
   * file. Missing in files of earlier versions.
   */
  home?: string;
  /** The process of `regie up`. */
  owner: ProcessId;
  /** Missing when TEMPORAL_ADDRESS was set. */
  temporal?: { address: string; uiUrl: string; port: number; uiPort: number; process: ProcessId };
  /** Missing when DATABASE_URL was set. */
  postgres?: { url: string; port: number; process: ProcessId };
  /** The worker that it keeps, since that polled last; missing before it has. */
  worker?: ProcessId;
}

/** The folder that holds everything Regie keeps for the installation in `root`. */
export function homeOf(root: string): string {
  return path.join(root, '.regie');
}

function fileOf(root: string): string {
  return path.join(homeOf(root), 'run.json');
}

/**
 * Reads where the local servers of the installation in `root` are; `undefined` when `regie up` never ran there, or has
 * stopped them; or when the file came with a copy of another installation's folder. After a crash the file may name servers that are gone: `attach` checks that.
 *
 * Throws when the file is damaged or was written by another version of Regie.
 */
export async function readRunFile(root: string): Promise<RunFile | undefined> {
  const file = fileOf(root);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
  const version = (content as Partial<RunFile> | null)?.version;
  if (version !== VERSION) {
    throw new Error(`${file}: version ${version}, expected ${VERSION}: stop the other \`regie up\` first`);
  }
  const found = content as RunFile;
  // The servers that a copied file names are those of the folder it was copied from.
  return found.home === undefined || found.home === (await realpath(homeOf(root))) ? found : undefined;
}

export async function writeRunFile(root: string, content: Omit<RunFile, 'version' | 'home'>): Promise<void> {
  const file: RunFile = { version: VERSION, home: await realpath(homeOf(root)), ...content };
  await writePrivateFile(fileOf(root), `${JSON.stringify(file, undefined, 2)}\n`);
}

export async function removeRunFile(root: string): Promise<void> {
  await rm(fileOf(root), { force: true });
}
