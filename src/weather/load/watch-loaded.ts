import path from 'node:path';
import type { ClientBase, Pool } from 'pg';
import { openIncidents, resolveIncidents } from '../../incidents/write-incidents.ts';
import { remove, sha256 } from '../../files/move.ts';
import { identify, type FileIdentity } from '../../intake/file-identity.ts';
import {
  lookAtDueFiles,
  noteReturned,
  putBack,
  readDueFiles,
  readReturned,
  stateOf,
  unwatch,
  watchFiles,
  watchOn,
  type DueFiles,
  type ReturnedFile,
  type WatchedFile,
} from '../../intake/watched-files.ts';
import { inTransaction } from '../../store/transaction.ts';
import type { WorkContext } from '../../task/kind.ts';
import { REPORTS } from '../files/final-path.ts';
import { nameOf, type Folders, type LoadSettings } from './load-settings.ts';

/** A line that drops packets is silent that long before TCP has sent them again: a writer may go on after that, ms. */
const LONGEST_SILENCE = 30_000;

/** A file whose rows are about to be committed. */
export interface LoadedFile {
  id: number;
  failed: boolean;
  /** Where it goes, absolute. */
  target: string;
  /** As it was before it was read. */
  seen: FileIdentity;
}

/**
 * Has files looked at again once they are loaded, since their writers may go on; in the transaction that writes their rows. One that
 * was refused is looked at early: often it is the half of a file that is completed a moment later.
 */
export async function watchLoaded(
  db: ClientBase,
  task: string,
  files: readonly LoadedFile[],
  stableFor: number,
): Promise<void> {
  if (stableFor === 0) return;
  for (const failed of [false, true]) {
    const some = files.filter((file) => file.failed === failed);
    await watchFiles(
      db,
      task,
      some.map(({ id, target, seen }) => ({ ...seen, ref: String(id), path: target })),
      failed ? stableFor : Math.max(stableFor, LONGEST_SILENCE),
    );
  }
}

/** Where a file is kept of which a copy was made on another disk: whoever goes on writing does so into this one. */
export function heldPath({ work }: Pick<Folders, 'work'>, id: number): string {
  return path.join(work, '.watched', String(id));
}

/** A file is watched there from now on; false when it is not watched. */
export async function watchAt(db: ClientBase, task: string, id: number, file: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'update regie.watched_file set path = $3 where task = $1 and ref = $2 and not returned',
    [task, String(id), file],
  );
  return rowCount === 1;
}

/** What the ledger knows of a file. */
interface LedgerRow {
  id: string;
  name: string;
  sha256: string;
  bytes: string;
  state: 'loaded' | 'partial' | 'failed';
  final_path: string;
}

type WatchContext = Pick<WorkContext<LoadSettings>, 'db' | 'task' | 'settings' | 'trace'>;

interface Due extends DueFiles {
  rows: Map<string, LedgerRow>;
}

async function lookAtDue({ db, task, settings }: Omit<WatchContext, 'trace'>): Promise<Due> {
  const due = await readDueFiles(db, task);
  if (due.length === 0) return { same: [], on: [], others: [], rows: new Map() };
  const { rows } = await db.query<LedgerRow>(
    'select id, name, sha256, bytes, state, final_path from weather.file where id = any($1::bigint[])',
    [due.map(({ ref }) => ref)],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const isRefused = ({ ref }: WatchedFile) => byId.get(ref)?.state === 'failed';
  return { ...(await lookAtDueFiles(due, settings.stableFor, isRefused)), rows: byId };
}

/**
 * Looks once more at files that were loaded a while ago; is done with those that are still the same. True when a run has to see
 * to others.
 */
export async function concludeLoaded(
  ctx: Omit<WatchContext, 'trace'>,
  folders: Pick<Folders, 'work'>,
): Promise<boolean> {
  const { same, on, others } = await lookAtDue(ctx);
  const held = same.filter((file) => isHeld(folders, file));
  await watchOn(ctx.db, on);
  await unwatch(
    ctx.db,
    same.filter((file) => !held.includes(file)),
  );
  return held.length + others.length > 0;
}

/**
 * Looks once more at files that were loaded a while ago. One that is still the same is done with. One that was written to
 * comes back into the inbox, and is loaded again as a new version.
 */
export async function checkLoaded(ctx: WatchContext, folders: Folders): Promise<void> {
  const { db, task, settings } = ctx;
  const { same, on, others, rows } = await lookAtDue(ctx);
  for (const file of same) if (isHeld(folders, file)) remove(file.path);
  for (const file of others) {
    const row = rows.get(file.ref);
    const state = stateOf(file);
    if (state === 'gone' || !row) same.push(file);
    else if (state === 'changed' && (await hasSameContent(file, row)))
      // Only its time was set, or it was read whole a moment after it had been looked at.
      await watchFiles(db, task, [{ ...file, ...identify(file.path) }], settings.stableFor);
    else await comeBack(ctx, folders, file, row);
  }
  await watchOn(db, on);
  await unwatch(db, same);
}

function isHeld(folders: Pick<Folders, 'work'>, { ref, path: file }: WatchedFile): boolean {
  return file === heldPath(folders, Number(ref));
}

async function hasSameContent({ path: file }: WatchedFile, row: LedgerRow): Promise<boolean> {
  return identify(file)?.bytes === Number(row.bytes) && (await sha256(file)) === row.sha256;
}

/** Puts a file back into the inbox, and says so. Safe to repeat after a crash at any line. */
async function comeBack(
  { db, task, trace }: WatchContext,
  folders: Folders,
  file: WatchedFile,
  row: LedgerRow,
): Promise<void> {
  const back = await putBack(db, file, path.join(folders.inbox, row.name));
  if (back === undefined) {
    await unwatch(db, [file]);
    return;
  }
  if (!isHeld(folders, file)) for (const report of REPORTS) remove(file.path + report);
  const bytes = identify(back)?.bytes ?? file.bytes;
  const done = row.state === 'failed' ? 'refused' : 'loaded';
  const reason =
    `somebody wrote to ${row.name} after it was ${done}: it had ${row.bytes} bytes then, and has ${bytes} now; ` +
    'it is loaded again, as a new version, when nobody writes to it any more';
  await inTransaction(db, async () => {
    await noteReturned(db, file, back);
    await resolveIncidents(db, task, [row.final_path]);
    const problem = {
      subject: nameOf(folders, back),
      what: 'grown',
      reason,
      mend: 'regie incidents close {id}',
    };
    await openIncidents(db, { task, kind: 'loadJson' }, [problem]);
  });
  trace(reason);
}

/** A file that was loaded, was written to after that, and stands in the inbox again. */
export interface ReturnedHere extends ReturnedFile {
  /** Path below the inbox. */
  name: string;
}

/** Those of a task. */
export async function readReturnedHere(
  db: ClientBase | Pool,
  task: string,
  { inbox }: Pick<Folders, 'inbox'>,
): Promise<ReturnedHere[]> {
  const files = await readReturned(db, task);
  return files.map((file) => ({ ...file, name: path.relative(inbox, file.path) }));
}

/** They are loaded again, or somebody has taken them away: in the caller's transaction. */
export async function forgetReturned(
  db: ClientBase,
  task: string,
  folders: Folders,
  files: readonly ReturnedHere[],
): Promise<void> {
  await unwatch(db, files);
  await resolveIncidents(
    db,
    task,
    files.map((file) => nameOf(folders, file.path)),
  );
}

/** Files that are kept in an archive or in failed/ with another size than they were loaded with. */
export interface GrownFile {
  /** As the ledger names it. */
  file: string;
  text: string;
}

/** Looks at all files of the ledger that are where it says; those that are watched still are their task's to see to. */
export async function findGrown(db: ClientBase, root: string): Promise<GrownFile[]> {
  const grown: GrownFile[] = [];
  const watched = new Set(
    (await db.query<{ path: string }>('select path from regie.watched_file')).rows.map((row) => row.path),
  );
  for (let after = '0'; ;) {
    const { rows } = await db.query<Pick<LedgerRow, 'id' | 'bytes' | 'final_path'>>(
      'select id, bytes, final_path from weather.file where id > $1 and final_path is not null order by id limit 10000',
      [after],
    );
    for (const { final_path: file, bytes } of rows) {
      const full = path.resolve(root, file);
      const now = watched.has(full) ? undefined : identify(full);
      if (now && now.bytes !== Number(bytes))
        grown.push({ file, text: `has ${now.bytes} bytes; ${bytes} were loaded` });
    }
    const last = rows.at(-1);
    if (!last) return grown;
    after = last.id;
  }
}
