import path from 'node:path';
import { z } from 'zod';
import { markerEnding } from '../../intake/stability-settings.ts';
import { duration } from '../../settings/duration.ts';
import { inProgressMasks } from '../../files/in-progress.ts';
import type { Format } from '../formats/format.ts';
import { formatEntry } from '../formats/format-settings.ts';

const MIB = 2 ** 20;

/** Settings of a task of kind `loadJson`. Relative folders start at the folder of `regie.config.ts`. */
export const loadSettings = z.strictObject({
  /** Where stations' files arrive; searched recursively. */
  inbox: z.string().min(1).default('data/weather/inbox'),
  /** Where files stand while they are loaded; on the same disk as the inbox. A sibling of the inbox by default. */
  work: z.string().min(1).optional(),
  /** Where loaded files go; a sibling of the inbox by default. */
  archive: z.string().min(1).optional(),
  /** Where files go of which nothing could be loaded; a sibling of the inbox by default. */
  failed: z.string().min(1).optional(),
  /** How long size and time of a file must stay the same before it is taken. */
  stableFor: duration(0).default(1_000),
  /** Ending of marker files, such as `.ok`: then `day.json` is taken when `day.json.ok` is there, and at once. */
  marker: markerEnding,
  /** A transaction takes files up to this many bytes together … */
  groupBytes: z
    .int()
    .min(1)
    .default(16 * MIB),
  /** … and at most this many files. */
  groupFiles: z.int().min(1).default(1_000),
  /** Files larger than this are read item by item: slower, but in bounded memory. */
  streamBytes: z
    .int()
    .min(1)
    .default(32 * MIB),
  /** Files of other sources, by their names; the first entry that matches counts. Others `*.json` are stations' files. */
  formats: z.array(formatEntry([])).default([]),
  /** Names of work in progress, whose files and folders are left alone. */
  inProgress: inProgressMasks,
});

/** Settings of a task of kind `loadJson`, where the installation has these formats of its own. */
export const loadSettingsWith = (own: readonly Format[]) =>
  loadSettings.extend({ formats: z.array(formatEntry(own)).default([]) });

export type LoadSettings = z.output<typeof loadSettings>;

/** The four folders of a loader, absolute; and the ending of the marker files of its inbox. */
export interface Folders {
  root: string;
  inbox: string;
  work: string;
  archive: string;
  failed: string;
  marker?: string | undefined;
}

/** Where the folders of `settings` are, for an installation whose configuration lies in `root`. */
export function loadFolders(root: string, settings: LoadSettings): Folders {
  const inbox = path.resolve(root, settings.inbox);
  const beside = (name: string, own: string | undefined) =>
    own === undefined ? path.join(path.dirname(inbox), name) : path.resolve(root, own);
  return {
    root,
    inbox,
    work: beside('work', settings.work),
    archive: beside('archive', settings.archive),
    failed: beside('failed', settings.failed),
    marker: settings.marker,
  };
}

/** A path as the ledger and messages name it: relative to the installation where it lies below it. */
export function nameOf(folders: Folders, file: string): string {
  const relative = path.relative(folders.root, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}
