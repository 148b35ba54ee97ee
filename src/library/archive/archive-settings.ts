import path from 'node:path';
import { z } from 'zod';
import { duration } from '../../settings/duration.ts';
import { inProgressMasks } from '../../files/in-progress.ts';
import { markerEnding } from '../../intake/stability-settings.ts';
import { checksSchema } from '../ingest/ingest-checks.ts';
import { libraryName, statusMask } from '../library-settings.ts';
import { rulesSchema } from './rules/file-rule-settings.ts';

const MIB = 2 ** 20;
const LONGEST_STABLE_FOR = 300_000;

/** Settings of a task of kind `archive`. Relative folders start at the folder of `regie.config.ts`. */
export const archiveSettings = z.strictObject({
  databox: libraryName,
  /** Where files go that no `.phrasea.xml` sends elsewhere. */
  collection: libraryName,
  /** Where files arrive; searched with its subfolders. Must hold a `.phrasea.xml`, which may be empty. */
  hotfolder: z.string().min(1).default('data/library/hotfolder'),
  /** Where archived files go, when they are kept; `_archived` beside the hotfolder by default. */
  archived: z.string().min(1).optional(),
  /** Where refused files go, when they are kept; `_error` beside the hotfolder by default. */
  refused: z.string().min(1).optional(),
  /** How long size and time of a file must stay the same before it is taken. */
  stableFor: duration(0)
    .refine((ms) => ms <= LONGEST_STABLE_FOR, { error: 'expected at most 300s' })
    .default(5_000),
  /** Ending of marker files, such as `.ok`: then `photo.jpg` is taken when `photo.jpg.ok` is there, and at once. */
  marker: markerEnding,
  /** Names of work in progress, whose files and folders are left alone. Hidden ones always are. */
  inProgress: inProgressMasks,
  /** How long a description waits for its file; then it is refused. */
  sidecarWait: duration(0).default(600_000),
  /** Keep archived files in `archived`? Else they are removed once their original is safe. */
  keepArchived: z.boolean().default(true),
  /** Move refused files to `refused`, with their reason beside them? Else they stay where they are, and are reported once. */
  keepRefused: z.boolean().default(true),
  /** Copy `.phrasea.xml` and `.grouping.xml` along to where their folder's files go? */
  copySpecial: z.boolean().default(true),
  /** Remove folders that are empty? */
  deleteEmptyFolders: z.boolean().default(false),
  /** Bits that are set on new records, beside those of their collection. */
  status: statusMask.optional(),
  /** Which files are taken, which describe them, which folders are stories. Without any every file is taken. */
  rules: rulesSchema.default({ files: [], groupings: [] }),
  /** What files must be like; others go into quarantine. */
  checks: checksSchema.default({}),
  /** Read what is embedded in files, into fields and for their UUID? Without it they are taken in faster. */
  embedded: z.boolean().default(true),
  /** A transaction takes files up to this many bytes together … */
  groupBytes: z
    .int()
    .min(1)
    .default(64 * MIB),
  /** … and at most this many. */
  groupFiles: z.int().min(1).default(100),
});

export type ArchiveSettings = z.output<typeof archiveSettings>;

/** The folders of an archive task, absolute. */
export interface Folders {
  root: string;
  hotfolder: string;
  archived: string;
  refused: string;
}

/** Where the folders of `settings` are, for an installation whose configuration lies in `root`. */
export function archiveFolders(root: string, settings: ArchiveSettings): Folders {
  const hotfolder = path.resolve(root, settings.hotfolder);
  const beside = (name: string, own: string | undefined) =>
    own === undefined ? path.join(path.dirname(hotfolder), name) : path.resolve(root, own);
  return {
    root,
    hotfolder,
    archived: beside('_archived', settings.archived),
    refused: beside('_error', settings.refused),
  };
}

/** The ending of the reason beside a refused file: `photo.jpg.error.json`. */
export const REPORT = '.error.json';

/** A path as the ledger and messages name it: relative to the installation where it lies below it. */
export function nameOf({ root }: Pick<Folders, 'root'>, file: string): string {
  const relative = path.relative(root, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}
