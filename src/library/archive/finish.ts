import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { syncFolder, writeAtomically } from '../../files/atomic-write.ts';
import { exists, linkExclusive, remove, sha256, withSuffix } from '../../files/move.ts';
import { isGone } from '../../files/scan.ts';
import { hasSameStamp, identify, isSame } from '../../intake/file-identity.ts';
import { finishIntake, type Pending } from './intake.ts';
import { nameOf, REPORT, type Folders } from './settings.ts';
import { STORY_FILE, storyFile } from './special.ts';

/** A file whose row is committed and that cannot be moved: its folder belongs to somebody else. */
export interface Stuck {
  row: Pending;
  reason: string;
}

/** Errors of a folder in which nothing may be changed. */
const FORBIDDEN = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * Brings the files of committed rows to where their rows say, or removes them; safe to repeat after a crash at any
 * line. A file is touched only when it is the very one that was taken: a new one of the same name stays. `before` is
 * told of each row whose file is kept, before it goes there: while it is pending, that is repeated too. Gives those that
 * may not be moved; their rows stay pending.
 */
export async function finish(
  db: ClientBase,
  folders: Folders,
  rows: readonly Pending[],
  before: (row: Pending) => Promise<void>,
): Promise<Stuck[]> {
  const done: string[] = [];
  const elsewhere = new Map<string, string>();
  const stuck: Stuck[] = [];
  try {
    for (const row of storiesFirst(rows)) {
      if (row.target !== null) await before(row);
      try {
        const target = await finishOne(folders, row);
        if (target !== undefined) elsewhere.set(row.id, nameOf(folders, target));
        done.push(row.id);
      } catch (error) {
        // Where files are kept, no other could be moved either: that is for the run to say.
        if (!isForbiddenIn(folders.hotfolder, error)) throw error;
        stuck.push({ row, reason: `it is taken, but cannot be moved away: ${(error as Error).message}` });
      }
    }
  } finally {
    await finishIntake(db, done, elsewhere);
  }
  return stuck;
}

/** What is written into their folders is copied along with the files. */
function storiesFirst(rows: readonly Pending[]): Pending[] {
  return [...rows].sort((a, b) => Number(b.disposition === 'story') - Number(a.disposition === 'story'));
}

/** Gives the path under which the file is kept, when it is not the one that its row names. */
async function finishOne(folders: Folders, row: Pending): Promise<string | undefined> {
  const source = path.join(folders.hotfolder, row.path);
  if (row.disposition === 'story') {
    await leaveStoryFile(source, row);
    return undefined;
  }
  const own = await takeAway(source, row);
  if (own === undefined) {
    await mendReport(folders, row);
    return undefined;
  }
  if (row.target === null) {
    remove(own);
    return undefined;
  }
  const chosen = path.resolve(folders.root, row.target);
  const target = await keep(own, chosen);
  if (row.disposition === 'refused') {
    await writeReport(target, row);
    // It is the only copy: its new name must outlive a power cut before the old one goes.
    syncFolder(path.dirname(target));
  }
  remove(own);
  return target === chosen ? undefined : target;
}

/**
 * Gives a file a name of our own in its folder, by which nobody can put another in its place, and gives its path;
 * undefined when the file is gone, or is another one.
 */
async function takeAway(source: string, row: Pending): Promise<string | undefined> {
  const own = path.join(path.dirname(source), `.regie-intake-${row.id}`);
  if (!exists(own)) {
    if (!(await isStill(source, row))) return undefined;
    try {
      renameSync(source, own);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }
  if (await isStill(own, row)) return own;
  // In the very moment another file came under that name: it gets it back.
  for (let n = 0; (await linkExclusive(own, withSuffix(source, n))) === 'taken';) n += 1;
  remove(own);
  return undefined;
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
