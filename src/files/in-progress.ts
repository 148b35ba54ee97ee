import picomatch from 'picomatch';
import { z } from 'zod';

/**
 * Names that programs give to what they are still writing; when it is complete they rename it. Masks as shells have
 * them, of a name alone, in any case.
 */
export const IN_PROGRESS: readonly string[] = [
  // Hidden: proftpd with HiddenStores and lftp (`.in.photo.jpg.`), Pure-FTPd (`.pureftpd-upload.…`), rsync
  // (`.photo.jpg.x4Tr9a`), Syncthing (`.syncthing.photo.jpg.tmp`), what Regie's exports deliver (`.regie-….part`).
  '.*',
  // Firefox, KDE, yt-dlp, Nextcloud and ownCloud (`photo.jpg.ocTransferId….part`).
  '*.part',
  // WinSCP.
  '*.filepart',
  // rclone (`photo.jpg.1a2b3c4d.partial`), Internet Explorer.
  '*.partial',
  // Whoever writes a copy and renames it: Syncthing on Windows, editors, scripts.
  '*.tmp',
  // Chrome, Edge, Chromium.
  '*.crdownload',
  // Opera.
  '*.opdownload',
  // Safari: a folder with the file in it.
  '*.download',
];

/** Hidden names that mean something to tasks of the library: `library/archive/special.ts`, `library/batch/survey.ts`. */
const MEANT = new Set(['.phrasea.xml', '.grouping.xml', '.ready']);

/** The setting `inProgress` of tasks that take files: masks of names that are left alone; `[]` takes them all the same. */
export const inProgressMasks = z
  .array(
    z.string().regex(/^[^/]+$/, { error: 'expected a mask of a name, such as "*.part", without "/" in it' }),
  )
  .default([...IN_PROGRESS]);

/** Says of a path whether its file, or a folder above it, has the name of work in progress. */
export function inProgressFilter(masks: readonly string[]): (path: string) => boolean {
  if (masks.length === 0) return () => false;
  const matches = picomatch([...masks], { dot: true, nocase: true });
  return (path) => path.split('/').some((name) => !MEANT.has(name) && matches(name));
}

/** How much of it there is, as status shows what waits. */
export function waitingInProgress(count: number, what = 'files'): { what: string; count: number }[] {
  return count === 0 ? [] : [{ what: `${what} in progress`, count }];
}
