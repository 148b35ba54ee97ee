import path from 'node:path';
import type { ClientBase, Pool } from 'pg';
import { linkExclusive, remove, sha256 } from '../../files/move.ts';
import { identify } from '../../intake/file-identity.ts';
import {
  lookAtDueFiles,
  noteReturned,
  putBack,
  readDueFiles,
  readReturned,
  stateOf,
  unwatch,
  watchOn,
  type DueFiles,
  type ReturnedFile,
  type WatchedFile,
} from '../../intake/watched-files.ts';
import { inTransaction } from '../../store/transaction.ts';
import type { WorkContext } from '../../task/kind.ts';
import { ownName } from './finish-archive.ts';
import { readSidecarsOf, readTaken, type TakenRow } from './intake.ts';
import { reporterOf } from './archive-incidents.ts';
import { openIncidents, resolveIncidents } from '../../incidents/write-incidents.ts';
import { REPORT, type ArchiveSettings, type Folders } from './archive-settings.ts';

/** A file that was taken, was written to after that, and stands in the hotfolder again. */
export type ReturnedHere = ReturnedFile & { before: TakenRow | undefined };

/** Those of a task, by their paths below the hotfolder. */
export async function readReturnedHere(
  db: ClientBase | Pool,
  task: string,
  hotfolder: string,
): Promise<Map<string, ReturnedHere>> {
  const files = await readReturned(db, task);
  const rows = await readTaken(
    db,
    files.map(({ ref }) => ref),
  );
  return new Map(
    files.map((file) => [path.relative(hotfolder, file.path), { ...file, before: rows.get(file.ref) }]),
  );
}

type WatchContext = Pick<WorkContext<ArchiveSettings>, 'db' | 'task' | 'settings' | 'trace'>;

interface Due extends DueFiles {
  rows: Map<string, TakenRow>;
  /** Those that were kept in the hotfolder until now. */
  held: { file: WatchedFile; row: TakenRow }[];
}

async function lookAtDue({ db, task, settings }: Omit<WatchContext, 'trace'>): Promise<Due> {
  const due = await readDueFiles(db, task);
  const rows = await readTaken(
    db,
    due.map(({ ref }) => ref),
  );
  const isRefused = ({ ref }: WatchedFile) => rows.get(ref)?.disposition === 'refused';
  const found: Due = { ...(await lookAtDueFiles(due, settings.stableFor, isRefused)), rows, held: [] };
  for (const file of found.same) {
    const row = rows.get(file.ref);
    if (row && path.basename(file.path) === ownName(row.id)) found.held.push({ file, row });
  }
  return found;
}

/**
 * Looks once more at files that were taken a while ago; is done with those that are still the same. True when a run has to see
 * to others.
 */
export async function settleTaken(ctx: Omit<WatchContext, 'trace'>): Promise<boolean> {
  const { same, on, held, others } = await lookAtDue(ctx);
  const kept = new Set(held.map(({ file }) => file));
  await watchOn(ctx.db, on);
  await unwatch(
    ctx.db,
    same.filter((file) => !kept.has(file)),
  );
  return held.length + others.length > 0;
}

/**
 * Looks once more at files that were taken a while ago. One that is still the same is done with: what was kept of it in the
 * hotfolder goes. One that was written to comes back, and is taken again as a new version. Gives the paths, below the hotfolder, of
 * those that are gone from it now.
 */
export async function checkTaken(ctx: WatchContext, folders: Folders): Promise<string[]> {
  const { same, on, held, others, rows } = await lookAtDue(ctx);
  for (const { file } of held) remove(file.path);
  for (const file of others) {
    const row = rows.get(file.ref);
    const state = stateOf(file);
    if (state === 'gone' || !row) same.push(file);
    else if (state === 'changed' && (await hasSameContent(file, row)))
      // Only its time was set.
      on.push({ ...file, mtimeNs: identify(file.path)!.mtimeNs, after: ctx.settings.stableFor });
    else await comeBack(ctx, folders, file, row);
  }
  await watchOn(ctx.db, on);
  await unwatch(ctx.db, same);
  return held.map(({ row }) => row.path);
}

async function hasSameContent(file: WatchedFile, { sha256: hash }: TakenRow): Promise<boolean> {
  return hash !== null && identify(file.path)?.bytes === file.bytes && (await sha256(file.path)) === hash;
}

/** Puts a file back into the hotfolder, with what describes it; and says so. Safe to repeat after a crash at any line. */
async function comeBack(
  ctx: WatchContext,
  folders: Folders,
  file: WatchedFile,
  row: TakenRow,
): Promise<void> {
  const { db } = ctx;
  // First: the file must not be taken without it.
  for (const sidecar of await readSidecarsOf(db, row)) {
    const back = path.join(folders.hotfolder, sidecar.path);
    const held = path.join(path.dirname(back), ownName(sidecar.id));
    const kept = sidecar.target === null ? [] : [path.resolve(folders.root, sidecar.target)];
    const where = [held, ...kept].find((each) => identify(each) !== undefined);
    if (where !== undefined && (await linkExclusive(where, back)) === 'linked') remove(where);
  }
  const back = await putBack(db, file, path.join(folders.hotfolder, row.path));
  if (back === undefined) {
    await unwatch(db, [file]);
    return;
  }
  if (row.disposition === 'refused') remove(file.path + REPORT);
  await inTransaction(db, async () => {
    await noteReturned(db, file, back);
    await tellGrown(ctx, row, path.relative(folders.hotfolder, back), identify(back)?.bytes ?? file.bytes);
  });
}

/** Tells operators of a file that was written to after it was taken; in the caller's transaction. */
export async function tellGrown(
  { db, task, trace }: Omit<WatchContext, 'settings'>,
  row: Pick<TakenRow, 'path' | 'disposition' | 'record' | 'quarantine' | 'bytes'>,
  subject: string,
  bytes: number,
): Promise<void> {
  const taken = { record: `record ${row.record}`, quarantine: `quarantine ${row.quarantine}` };
  const what =
    row.disposition === 'record' || row.disposition === 'quarantine'
      ? `after it was taken: ${taken[row.disposition]} has ${row.bytes} bytes, the file has ${bytes} now`
      : `after it was looked at: it had ${row.bytes} bytes, and has ${bytes} now`;
  const reason = `somebody wrote to it ${what}; it is taken again, as a new version, when nobody writes to it any more`;
  if (subject !== row.path) await resolveIncidents(db, task, [row.path]);
  await openIncidents(db, reporterOf({ task }), [{ subject, what: 'grown', reason }]);
  trace(`${subject}: ${reason}`);
}
