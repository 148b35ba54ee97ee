import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { syncFolder, writeAtomically } from '../../files/atomic-write.ts';
import { exists, linkExclusive, remove, sha256, withSuffix } from '../../files/move.ts';
import { isGone } from '../../files/scan.ts';
import { hasSameStamp, identify, isSame } from '../../intake/file-identity.ts';
import { noteUnmoved, watchFiles, type NewWatchedFile } from '../../intake/watched-files.ts';
import { inTransaction } from '../../store/transaction.ts';
import { finishIntake, type Pending } from './intake.ts';
import { nameOf, REPORT, type Folders } from './archive-settings.ts';
import { STORY_FILE, storyFile } from './special.ts';

/** A file whose row is committed and that cannot be moved: its folder belongs to somebody else. */
interface Stuck {
  row: Pending;
  reason: string;
}

/** What became of the files of committed rows. */
export interface Finished {
  stuck: Stuck[];
  /** Files that somebody wrote to after they were taken; they stand in the hotfolder, at these paths. */
  grown: { row: Pending; path: string }[];
}

export interface FinishContext {
  db: ClientBase;
  task: string;
  folders: Folders;
  /** How long a file is watched after it was taken, ms. */
  stableFor: number;
}

/** The name that a file has in its folder while it is moved, and until it may be removed. */
export const ownName = (id: string) => `.regie-intake-${id}`;

/** Errors of a folder in which nothing may be changed. */
const FORBIDDEN = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * Brings the files of committed rows to where their rows say, or removes them; safe to repeat after a crash at any
 * line. A file is touched only when it is the very one that was taken: a new one of the same name stays. `before` is
 * told of each row whose file is kept, before it goes there: while it is pending, that is repeated too. The rows of those that
 * may not be moved stay pending. `told` writes, in the transaction that ends the rows, that somebody wrote to a file.
 */
export async function finish(
  { db, task, folders, stableFor }: FinishContext,
  rows: readonly Pending[],
  before: (row: Pending) => Promise<void>,
  told: (grown: Finished['grown'][number]) => Promise<void>,
): Promise<Finished> {
  const done: string[] = [];
  const elsewhere = new Map<string, string>();
  const watched: NewWatchedFile[] = [];
  const found: Finished = { stuck: [], grown: [] };
  try {
    for (const row of storiesFirst(rows)) {
      if (row.target !== null) await before(row);
      try {
        const { target, watch, grown } = await finishOne(folders, row, stableFor > 0);
        if (target !== undefined) elsewhere.set(row.id, nameOf(folders, target));
        if (watch !== undefined) watched.push({ ...row, ref: row.id, path: watch });
        if (grown !== undefined) found.grown.push({ row, path: grown });
        done.push(row.id);
      } catch (error) {
        // Where files are kept, no other could be moved either: that is for the run to say.
        if (!isForbiddenIn(folders.hotfolder, error)) throw error;
        const reason = `it is taken, but cannot be moved away: ${(error as Error).message}`;
        found.stuck.push({ row, reason });
      }
    }
  } finally {
    const end = async () => {
      await finishIntake(db, done, elsewhere);
      await watchFiles(db, task, watched, stableFor);
      const unmoved = found.grown.map(({ row, path: file }) => ({ ...row, ref: row.id, path: file }));
      await noteUnmoved(db, task, unmoved);
      for (const each of found.grown) await told(each);
    };
    await (watched.length + found.grown.length > 0 ? inTransaction(db, end) : end());
  }
  return found;
}

/** What is written into their folders is copied along with the files. */
function storiesFirst(rows: readonly Pending[]): Pending[] {
  return [...rows].sort((a, b) => Number(b.disposition === 'story') - Number(a.disposition === 'story'));
}

interface FinishedFile {
  /** Where it is kept, when that is not where its row says. */
  target?: string | undefined;
  /** Where it is watched. */
  watch?: string;
  /** Where it stands, when somebody wrote to it. */
  grown?: string;
}

async function finishOne(folders: Folders, row: Pending, watching: boolean): Promise<FinishedFile> {
  const source = path.join(folders.hotfolder, row.path);
  if (row.disposition === 'story') {
    await leaveStoryFile(source, row);
    return {};
  }
  const own = await takeAway(source, row);
  if (typeof own !== 'string') {
    await mendReport(folders, row);
    return own;
  }
  if (row.target === null) {
    // Its writer may go on: then it is the only copy of what comes.
    if (watching) return { watch: own };
    remove(own);
    return {};
  }
  const chosen = path.resolve(folders.root, row.target);
  const kept = await keep(own, chosen);
  if (row.disposition === 'refused') {
    await writeReport(kept, row);
    // It is the only copy: its new name must outlive a power cut before the old one goes.
    syncFolder(path.dirname(kept));
  }
  const target = kept === chosen ? undefined : kept;
  // A copy on another disk: whoever goes on writing does so into the file that is here.
  const copied = identify(own) !== undefined && identify(own)?.inode !== identify(kept)?.inode;
  if (watching && copied) return { target, watch: own };
  remove(own);
  return watching && row.disposition !== 'sidecar' ? { target, watch: kept } : { target };
}

/**
 * Gives a file a name of our own in its folder, by which nobody can put another in its place, and gives its path.
 * Otherwise the file is gone, or is another one, or somebody wrote to it.
 */
async function takeAway(source: string, row: Pending): Promise<string | { grown?: string }> {
  const own = path.join(path.dirname(source), ownName(row.id));
  if (!exists(own)) {
    if (!(await isStill(source, row))) return findGrown(source, row);
    try {
      renameSync(source, own);
    } catch (error) {
      if (isGone(error)) return {};
      throw error;
    }
  }
  if (await isStill(own, row)) return own;
  // Another file came under that name in the very moment, or somebody wrote to it: it gets its name back.
  for (let n = 0; (await linkExclusive(own, withSuffix(source, n))) === 'taken';) n += 1;
  remove(own);
  return findGrown(source, row);
}

/** The file that was taken, by its name or one beside that, with another content by now. */
function findGrown(source: string, { inode }: Pending): { grown?: string } {
  for (let n = 0; exists(withSuffix(source, n)); n += 1) {
    const file = withSuffix(source, n);
    if (identify(file)?.inode === inode) return { grown: file };
  }
  return {};
}

async function isStill(file: string, row: Pending): Promise<boolean> {
  const found = identify(file);
  if (!found) return false;
  if (isSame(found, row)) return true;
  // Some network disks number their files anew.
  return row.sha256 !== null && hasSameStamp(found, row) && (await sha256(file)) === row.sha256;
}

/** Gives the file its name in the folder where it is kept, or one beside it; never over another file. */
async function keep(own: string, chosen: string): Promise<string> {
  mkdirSync(path.dirname(chosen), { recursive: true });
  const folder = path.dirname(chosen);
  for (let n = 0; ; n += 1) {
    const target = path.join(folder, withSuffix(path.basename(chosen), n));
    if ((await linkExclusive(own, target)) === 'linked') return target;
  }
}

async function writeReport(target: string, { id, path: file, run, what, reason }: Pending): Promise<void> {
  const report = { file, at: new Date().toISOString(), run, what, reason };
  await leave(target + REPORT, `${JSON.stringify(report, undefined, 2)}\n`, id);
}

/** Where no second name can be given to a file, one that a crash left is there already, and lacks its report. */
async function mendReport({ root }: Folders, row: Pending): Promise<void> {
  if (row.disposition !== 'refused' || row.target === null) return;
  const target = path.resolve(root, row.target);
  if (exists(target) && !exists(target + REPORT)) await writeReport(target, row);
}

async function leaveStoryFile(folder: string, { id, record }: Pending): Promise<void> {
  if (exists(folder)) await leave(path.join(folder, STORY_FILE), storyFile(record!), id);
}

/** Writes a file, but never over another one. */
async function leave(file: string, text: string, id: string): Promise<void> {
  const draft = path.join(path.dirname(file), `.regie-draft-${id}`);
  writeAtomically(draft, text);
  await linkExclusive(draft, file);
  remove(draft);
}

/** May nothing be changed in the folder, as opposed to those where files are kept? */
function isForbiddenIn(folder: string, error: unknown): boolean {
  const { code, path: where, dest = where } = error as NodeJS.ErrnoException & { dest?: string };
  return FORBIDDEN.has(code ?? '') && [where, dest].every((each) => each?.startsWith(`${folder}/`));
}
