import type { ClientBase, Pool } from 'pg';
import type { FileIdentity } from '../../intake/file-identity.ts';
import type { Seen } from './tree.ts';

/** What became of a file of the hotfolder, as its ledger row says it. */
export interface IntakeRow {
  file: Seen;
  disposition: 'record' | 'quarantine' | 'sidecar' | 'story' | 'refused';
  sha256?: string;
  record?: string;
  quarantine?: string;
  what?: string;
  reason?: string;
  unknown?: readonly string[];
  /** Where the file goes, by its name in the installation (`nameOf`); null when it is removed. */
  target: string | null;
  /** A refused file that stays. */
  stays?: boolean;
  /** Of what describes a file: the path of that. */
  describes?: string;
}

/** A row whose file may not have gone where it says yet. */
export interface Pending extends FileIdentity {
  id: string;
  run: string;
  path: string;
  disposition: IntakeRow['disposition'];
  sha256: string | null;
  record: string | null;
  quarantine: string | null;
  what: string | null;
  reason: string | null;
  target: string | null;
}

const PENDING = `id, run, path, bytes, mtime_ns, inode, disposition, encode(sha256, 'hex') as sha256, record_id as record,
                 quarantine_id as quarantine, what, reason, target`;

interface PendingRow extends Omit<Pending, 'bytes' | 'mtimeNs' | 'inode'> {
  bytes: string;
  mtime_ns: string;
  inode: string;
}

/** Writes ledger rows; gives those that are pending. */
export async function writeIntake(
  db: ClientBase,
  task: string,
  run: string,
  rows: readonly IntakeRow[],
): Promise<Pending[]> {
  const written = await db.query<PendingRow & { state: string }>(
    `insert into library.intake (task, run, path, bytes, mtime_ns, inode, sha256, disposition, record_id, quarantine_id, what,
       reason, unknown, target, describes, state)
     select $1, $2, path, bytes, mtime_ns, inode, decode(sha256, 'hex'), disposition, record_id, quarantine_id, what, reason,
       unknown, target, describes, state
     from jsonb_to_recordset($3) as x(path text, bytes bigint, mtime_ns bigint, inode text, sha256 text, disposition text,
       record_id bigint, quarantine_id bigint, what text, reason text, unknown text[], target text, describes text, state text)
     returning ${PENDING}, state`,
    [
      task,
      run,
      JSON.stringify(
        rows.map(
          ({
            file,
            disposition,
            sha256,
            record,
            quarantine,
            what,
            reason,
            unknown,
            target,
            stays,
            describes,
          }) => ({
            path: file.path,
            bytes: file.bytes,
            mtime_ns: file.mtimeNs.toString(),
            inode: file.inode.toString(),
            sha256,
            disposition,
            record_id: record,
            quarantine_id: quarantine,
            what,
            reason,
            unknown: unknown?.length ? unknown : undefined,
            target,
            describes,
            state: stays ? 'done' : 'pending',
          }),
        ),
      ),
    ],
  );
  return written.rows.filter(({ state }) => state === 'pending').map(toPending);
}

/** Rows of a run that was cut off, or whose files could not be moved, in their order. */
export async function readPending(db: ClientBase | Pool, task: string): Promise<Pending[]> {
  const { rows } = await db.query<PendingRow>(
    `select ${PENDING} from library.intake where task = $1 and state = 'pending' order by id`,
    [task],
  );
  return rows.map(toPending);
}

/** The files are where they belong; `targets` are those that had to go elsewhere. */
export async function finishIntake(
  db: ClientBase,
  ids: readonly string[],
  targets: ReadonlyMap<string, string>,
): Promise<void> {
  if (ids.length === 0) return;
  await db.query(
    `update library.intake i set state = 'done', target = coalesce(x.target, i.target)
     from unnest($1::bigint[], $2::text[]) as x(id, target) where i.id = x.id`,
    [ids, ids.map((id) => targets.get(id) ?? null)],
  );
}

/** What the ledger says of a file that was taken. */
export interface TakenRow {
  id: string;
  task: string;
  run: string;
  path: string;
  bytes: number;
  disposition: IntakeRow['disposition'];
  sha256: string | null;
  record: string | null;
  quarantine: string | null;
  target: string | null;
}

const TAKEN = `id, task, run, path, bytes::float8 as bytes, disposition, encode(sha256, 'hex') as sha256, record_id as record,
               quarantine_id as quarantine, target`;

/** Rows by their ids; those that are forgotten are left out. */
export async function readTaken(
  db: ClientBase | Pool,
  ids: readonly string[],
): Promise<Map<string, TakenRow>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<TakenRow>(
    `select ${TAKEN} from library.intake where id = any($1::bigint[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** What described a file, as it was taken with it. */
export async function readSidecarsOf(
  db: ClientBase,
  { task, run, path }: Pick<TakenRow, 'task' | 'run' | 'path'>,
): Promise<TakenRow[]> {
  const { rows } = await db.query<TakenRow>(
    `select ${TAKEN} from library.intake where run = $1 and task = $2 and describes = $3 order by id`,
    [run, task, path],
  );
  return rows;
}

/** Rows of files that are gone are of no use to anyone after so many ms. */
export async function purgeIntake(db: ClientBase, task: string, keep: number): Promise<void> {
  await db.query(
    `delete from library.intake
     where state = 'done' and at < now() - make_interval(secs => $2::float8 / 1000) and task = $1`,
    [task, keep],
  );
}

/** What a run did, from the ledger: right even when it was killed and began again. Counts of nothing are left out, but for `files`. */
export async function readCounts(db: ClientBase, run: string): Promise<Record<string, number>> {
  const { rows } = await db.query<Record<string, string>>(
    `select count(*) filter (where disposition in ('record', 'quarantine')) as files,
            count(*) filter (where disposition = 'record') as archived,
            count(*) filter (where disposition = 'quarantine') as quarantined,
            count(*) filter (where disposition = 'refused') as refused,
            count(*) filter (where disposition = 'sidecar') as sidecars,
            count(*) filter (where disposition = 'story') as stories,
            coalesce(sum(bytes) filter (where disposition in ('record', 'quarantine')), 0) as bytes,
            coalesce(sum(cardinality(unknown)), 0) as "unknownFields"
     from library.intake where run = $1`,
    [run],
  );
  return Object.fromEntries(
    Object.entries(rows[0]!)
      .map(([name, count]) => [name, Number(count)] as const)
      .filter(([name, count]) => count > 0 || name === 'files'),
  );
}

function toPending({ bytes, mtime_ns, inode, ...row }: PendingRow): Pending {
  return { ...row, bytes: Number(bytes), mtimeNs: BigInt(mtime_ns), inode: BigInt(inode) };
}
