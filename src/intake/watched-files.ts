import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase, Pool } from 'pg';
import { syncFolder } from '../files/atomic-write.ts';
import { exists, linkExclusive, remove } from '../files/move.ts';
import { identify, isSame, type FileIdentity } from './file-identity.ts';
import { findOpenForWriting } from './open-for-writing.ts';
import { TargetNames } from './target-names.ts';

/**
 * Files that were taken and whose writers may go on: a writer holds on to the file, whatever it is called by now. Each is
 * looked at twice more, `stableFor` and twelve times that later; one that was written to is put back where files arrive, and is
 * taken again as a new version.
 */
export interface WatchedFile extends FileIdentity {
  id: string;
  /** What the task's own ledger calls it. */
  ref: string;
  /** Where it is, absolute. */
  path: string;
  /** How often it was found to be the same. */
  checks: number;
  /** Where it is put back to, once it was found to have changed. */
  back: string | null;
}

/** A file to be watched; of the moment when its content was read. */
export type NewWatchedFile = Pick<WatchedFile, 'ref' | 'path'> & FileIdentity;

const COLUMNS = 'id, ref, path, bytes, mtime_ns, inode, checks, back';

interface Row extends Omit<WatchedFile, 'bytes' | 'mtimeNs' | 'inode'> {
  bytes: string;
  mtime_ns: string;
  inode: string;
}

/** Watches files of a task; in the caller's transaction. They are due after so many ms. */
export async function watchFiles(
  db: ClientBase,
  task: string,
  files: readonly NewWatchedFile[],
  after: number,
): Promise<void> {
  if (files.length === 0) return;
  await db.query(
    `insert into regie.watched_file (task, ref, path, bytes, mtime_ns, inode, due_at)
     select $1, ref, path, bytes, mtime_ns, inode, clock_timestamp() + make_interval(secs => $7::float8 / 1000)
     from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[]) as x(ref, path, bytes, mtime_ns, inode)
     on conflict (task, ref) do update
     set path = excluded.path, bytes = excluded.bytes, mtime_ns = excluded.mtime_ns, inode = excluded.inode,
         due_at = excluded.due_at, checks = 0, back = null, returned = false`,
    [
      task,
      files.map(({ ref }) => ref),
      files.map((file) => file.path),
      files.map(({ bytes }) => bytes),
      files.map(({ mtimeNs }) => mtimeNs.toString()),
      files.map(({ inode }) => inode.toString()),
      after,
    ],
  );
}

/** Files that are to be looked at now, those first that are due the longest; at most so many. */
export async function readDueFiles(
  db: ClientBase | Pool,
  task: string,
  most = 10_000,
): Promise<WatchedFile[]> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from regie.watched_file
     where task = $1 and not returned and due_at <= clock_timestamp() order by due_at, id limit $2`,
    [task, most],
  );
  return rows.map(toFile);
}

/** The second look comes after so many times `stableFor`: some writers are silent for longer than anybody expects. */
const SECOND_LOOK = 12;
/** The longest between two looks at a file whose writer stays, ms; and how long a refused file is looked at. */
const MOST_APART = 3_600_000;
const REFUSED_FOR = 86_400_000;

/** Files that are due, told apart by what is to be done about them. */
export interface DueFiles {
  /** As they were when they were taken: watched no longer … */
  same: WatchedFile[];
  /** … or once more after so many ms: a program has them open for writing, or they were refused. */
  on: (WatchedFile & { after: number })[];
  /** They were written to, or are gone. */
  others: WatchedFile[];
}

/** Looks at files that are due, twice at each. A refused file is looked at for a day, less and less often: its writer may come back. */
export async function lookAtDueFiles(
  due: readonly WatchedFile[],
  stableFor: number,
  isRefused: (file: WatchedFile) => boolean,
): Promise<DueFiles> {
  const { files: open } = await findOpenForWriting(due);
  const found: DueFiles = { same: [], on: [], others: [] };
  for (const file of due) {
    const after = stableFor * 2 ** file.checks;
    if (stateOf(file) !== 'same') found.others.push(file);
    else if (file.checks === 0) found.on.push({ ...file, after: SECOND_LOOK * stableFor });
    else if (open.has(file.path) || (isRefused(file) && after < REFUSED_FOR))
      found.on.push({ ...file, after: Math.min(MOST_APART, after) });
    else found.same.push(file);
  }
  return found;
}

/** What has become of a watched file; `moved`: it is on its way back already. */
export function stateOf(file: WatchedFile): 'same' | 'changed' | 'gone' | 'moved' {
  const now = identify(file.path);
  if (now) return isSame(now, file) ? 'same' : 'changed';
  return file.back !== null && exists(file.back) ? 'moved' : 'gone';
}

/** Looks at files again after so many ms, as they are by then: a touch of their time has changed nothing. */
export async function watchOn(
  db: ClientBase,
  files: readonly (WatchedFile & { after: number })[],
): Promise<void> {
  if (files.length === 0) return;
  await db.query(
    `update regie.watched_file w set mtime_ns = x.mtime_ns, checks = checks + 1,
       due_at = clock_timestamp() + make_interval(secs => x.after / 1000)
     from unnest($1::bigint[], $2::bigint[], $3::float8[]) as x(id, mtime_ns, after) where w.id = x.id`,
    [
      files.map(({ id }) => id),
      files.map(({ mtimeNs }) => mtimeNs.toString()),
      files.map(({ after }) => after),
    ],
  );
}

/** Forgets files that came back and that nobody took again for so many ms: somebody removed or renamed them. */
export async function forgetReturned(db: ClientBase, task: string, keep: number): Promise<void> {
  await db.query(
    `delete from regie.watched_file
     where task = $1 and returned and due_at < now() - make_interval(secs => $2::float8 / 1000)`,
    [task, keep],
  );
}

/** Ends the watch over files. */
export async function unwatch(db: ClientBase, files: readonly Pick<WatchedFile, 'id'>[]): Promise<void> {
  if (files.length === 0) return;
  await db.query('delete from regie.watched_file where id = any($1)', [files.map(({ id }) => id)]);
}

/**
 * Puts a file that has changed back where files arrive, by the name it had or a free one beside that, and gives its path;
 * undefined when it is gone. Not within a transaction; safe to repeat after a crash at any line. The writer's own file goes
 * there, so that it goes on into that. `noteReturned` ends it.
 */
export async function putBack(
  db: ClientBase,
  file: WatchedFile,
  arrived: string,
): Promise<string | undefined> {
  const names = new TargetNames();
  for (let back = file.back ?? names.choose(arrived); ; back = names.choose(arrived)) {
    if (!exists(file.path)) return exists(back) ? back : undefined;
    if (back !== file.back)
      await db.query('update regie.watched_file set back = $2 where id = $1', [file.id, back]);
    mkdirSync(path.dirname(back), { recursive: true });
    if ((await linkExclusive(file.path, back)) !== 'linked') continue;
    syncFolder(path.dirname(back));
    remove(file.path);
    return back;
  }
}

/** Remembers that a file stands where files arrive again, and which it is: what becomes of it is a new version. */
export async function noteReturned(
  db: ClientBase,
  { id }: Pick<WatchedFile, 'id'>,
  back: string,
): Promise<void> {
  await db.query(
    `update regie.watched_file set returned = true, back = $2, inode = coalesce($3, inode),
       due_at = clock_timestamp() where id = $1`,
    [id, back, identify(back)?.inode.toString()],
  );
}

/** The same of files that changed before they were moved away, and never left; in the caller's transaction. */
export async function noteUnmoved(
  db: ClientBase,
  task: string,
  files: readonly NewWatchedFile[],
): Promise<void> {
  if (files.length === 0) return;
  await watchFiles(db, task, files, 0);
  await db.query(
    `update regie.watched_file set returned = true, back = path where task = $1 and ref = any($2)`,
    [task, files.map(({ ref }) => ref)],
  );
}

/** A file that was put back. */
export interface ReturnedFile {
  id: string;
  ref: string;
  /** Where it stands, absolute. */
  path: string;
  inode: bigint;
}

/** Files of a task that were put back and are not taken again yet. */
export async function readReturned(db: ClientBase | Pool, task: string): Promise<ReturnedFile[]> {
  const { rows } = await db.query<{ id: string; ref: string; back: string; inode: string }>(
    'select id, ref, back, inode from regie.watched_file where task = $1 and returned order by id',
    [task],
  );
  return rows.map(({ id, ref, back, inode }) => ({ id, ref, path: back, inode: BigInt(inode) }));
}

function toFile({ bytes, mtime_ns, inode, ...row }: Row): WatchedFile {
  return { ...row, bytes: Number(bytes), mtimeNs: BigInt(mtime_ns), inode: BigInt(inode) };
}
