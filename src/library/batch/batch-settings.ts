import path from 'node:path';
import { z } from 'zod';
import { duration } from '../../settings/duration.ts';
import { inProgressMasks } from '../../files/in-progress.ts';
import { markerEnding } from '../../intake/stability-settings.ts';
import { checksSchema } from '../ingest/ingest-checks.ts';
import { libraryName, statusMask } from '../library-settings.ts';
import { httpSettings } from './http/endpoint-settings.ts';
import { userName } from './manifest/manifest-rules.ts';

const MIB = 2 ** 20;

/** Settings of a task of kind `batchUpload`. Relative folders start at the folder of `regie.config.ts`. */
export const batchSettings = z.strictObject({
  databox: libraryName,
  /** Where files go whose manifest names no collection; without it every manifest has to. */
  collection: libraryName.optional(),
  /** Whose uploads they are when the manifest says nothing; without it every manifest has to. */
  user: userName.optional(),
  /** Where batches arrive, each in a folder of its own with a manifest. */
  drop: z.string().min(1).default('data/library/batches/drop'),
  /** Where taken batches go; `done` beside the drop by default. */
  done: z.string().min(1).optional(),
  /** Where batches go of which a file failed, whole; `failed` beside the drop by default. */
  failed: z.string().min(1).optional(),
  /** Keep the files of taken batches in `done`? Else they are removed once their originals are safe. */
  keepDone: z.boolean().default(true),
  /** How long sizes and times of a batch's files must stay the same before it is taken. */
  stableFor: duration(0).default(5_000),
  /** Ending of marker files, such as `.ok`: then the batch `day` is taken when `day.ok` is there beside it, and at once. */
  marker: markerEnding,
  /** How long a batch waits for files that its manifest names; then it is taken without them. */
  wait: duration(0).default(600_000),
  /** Names of work in progress: such folders are left alone, and a batch waits for such files that it does not name. */
  inProgress: inProgressMasks,
  /** A batch with more files is refused. */
  maxFiles: z.int().min(1).default(1_000),
  /** Bits that are set on new records, beside those of their collection. */
  status: statusMask.optional(),
  /** What files must be like; others go into quarantine. */
  checks: checksSchema.default({}),
  /** Read what is embedded in files, into fields and for their UUID? Without it they are taken in faster. */
  embedded: z.boolean().default(true),
  /** A transaction takes files of a batch up to this many bytes together … */
  groupBytes: z
    .int()
    .min(1)
    .default(64 * MIB),
  /** … and at most this many. */
  groupFiles: z.int().min(1).default(100),
  /** Take batches over HTTP too. */
  http: httpSettings.optional(),
});

export type BatchSettings = z.output<typeof batchSettings>;

/** The folders of a batch task, absolute. */
export interface Folders {
  root: string;
  drop: string;
  /** Batches that are being taken: `<id>/<name>`. In the drop, so that it is on the same disk. */
  work: string;
  /** Batches that are being received over HTTP. */
  incoming: string;
  done: string;
  failed: string;
}

/** Where the folders of `settings` are, for an installation whose configuration lies in `root`. */
export function batchFolders(
  root: string,
  settings: Pick<BatchSettings, 'drop' | 'done' | 'failed'>,
): Folders {
  const drop = path.resolve(root, settings.drop);
  const beside = (name: string, own: string | undefined) =>
    own === undefined ? path.join(path.dirname(drop), name) : path.resolve(root, own);
  return {
    root,
    drop,
    work: path.join(drop, '.work'),
    incoming: path.join(drop, '.incoming'),
    done: beside('done', settings.done),
    failed: beside('failed', settings.failed),
  };
}
