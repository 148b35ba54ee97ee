import { createHash } from 'node:crypto';
import path from 'node:path';
import picomatch from 'picomatch';
import { z } from 'zod';
import { markerEnding } from '../../intake/stability-settings.ts';
import { duration } from '../../settings/duration.ts';
import { inProgressMasks } from '../../files/in-progress.ts';
import { checkServer, portOf, serverFields } from '../ftp/ftp-settings.ts';

/** Patterns as shells have them, on the path below the remote folder; without a `/` on the file's name alone. */
const masks = z.array(z.string().min(1)).default([]);

/** Settings of a task of kind `ftpPull` (docs/library.md). Relative local paths start at the folder of `regie.config.ts`. */
export const pullSettings = z
  .strictObject({
    ...serverFields,
    /** Folder of the server whose files are fetched, with those of its subfolders. A relative one starts where the login leads. */
    remotePath: z
      .string()
      .regex(/^\P{Cc}+$/u, { error: 'expected a folder of the server, without control characters' })
      .default('/'),
    /** Where files arrive: the hotfolder of the task that goes on with them. */
    localPath: z.string().min(1),
    /** Where files stand while they are fetched, on the same disk. A hidden sibling of `localPath` by default. */
    workPath: z.string().min(1).optional(),
    /** Delete files of the server once they are here. */
    deleteRemote: z.boolean().default(true),
    /** Connections at once. */
    connections: z.int().min(1).max(16).default(4),
    /** How long size and time of a file must stay the same before it is fetched, and again before it is deleted. */
    stableFor: duration(0).default(30_000),
    /** Ending of marker files, such as `.ok`: then `a.jpg` is fetched when `a.jpg.ok` is there, and at once. They are deleted with their files. */
    marker: markerEnding,
    /** How folders are listed; `auto`: by MLSD where the server has it. */
    list: z.enum(['auto', 'mlsd', 'list']).default('auto'),
    /** Only these files are fetched; all when left out. */
    include: masks,
    /** These files are not fetched. */
    exclude: masks,
    /** Names of work in progress, whose files and folders are left alone. */
    inProgress: inProgressMasks,
  })
  .superRefine(checkServer);

export type PullSettings = z.output<typeof pullSettings>;

/** The two folders of a pull, absolute, below or beside `root`, the installation's. */
export interface Folders {
  root: string;
  local: string;
  work: string;
}

export function pullFolders(root: string, { localPath, workPath }: PullSettings): Folders {
  const local = path.resolve(root, localPath);
  const work =
    workPath === undefined
      ? path.join(path.dirname(local), `.${path.basename(local)}.regie-pull`)
      : path.resolve(root, workPath);
  return { root, local, work };
}

/** What the ledger knows a source by: `user@host:port/folder`. */
export function sourceAddress({ user, host, port, tls, remotePath }: PullSettings): string {
  return `${user}@${host}:${portOf({ port, tls })}${remotePath.startsWith('/') ? '' : '/~/'}${remotePath}`;
}

/** Changes with the settings. They hold no secrets. */
export function settingsHash(settings: PullSettings): string {
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex');
}

/** Does a task want the file of this path? */
export function fileFilter({ include, exclude }: PullSettings): (path: string) => boolean {
  const matcher = (patterns: string[]) => {
    const each = patterns.map((pattern) =>
      picomatch(pattern, { dot: true, basename: !pattern.includes('/') }),
    );
    return (file: string) => each.some((matches) => matches(file));
  };
  const wanted = include.length === 0 ? () => true : matcher(include);
  const unwanted = exclude.length === 0 ? () => false : matcher(exclude);
  return (file) => wanted(file) && !unwanted(file);
}
