import type { ClientBase, Pool } from 'pg';

/** A batch, as its row says. */
export interface BatchRow {
  id: string;
  task: string;
  name: string;
  state: 'open' | 'done' | 'failed';
  incident: string | null;
  /** Where its folder is when it is closed, absolute. */
  target: string | null;
}

/** What became of a file of a batch. */
export interface FileRow {
  /** In the manifest, from 0. */
  index: number;
  path: string | null;
  name: string;
  disposition: 'record' | 'quarantine' | 'failed';
  record?: string | null;
  quarantine?: string | null;
  /** Hexadecimal. */
  sha256?: string | null;
  bytes?: number | null;
  /** Which file was read, as it was then. */
  mtimeNs?: string | null;
  inode?: string | null;
  reason?: string | null;
  unknown?: readonly string[] | null;
  run: string;
}

const BATCH = 'id, task, name, state, incident, target';

export async function readBatch(db: ClientBase | Pool, id: string): Promise<BatchRow | undefined> {
  const { rows } = await db.query<BatchRow>(`select ${BATCH} from library.batch where id = $1`, [id]);
  return rows[0];
}

/** Writes the row of a batch that is about to be taken; one that was closed is open again. */
export async function openBatch(
  db: ClientBase,
  { id, task, name }: Pick<BatchRow, 'id' | 'task' | 'name'>,
): Promise<void> {
  await db.query(
    `insert into library.batch as b (id, task, name) values ($1, $2, $3)
     on conflict (id) do update
     set name = excluded.name, state = 'open', reason = null, unnamed = null, closed_at = null, target = null`,
    [id, task, name],
  );
}

/** Batches that are open, whose folders should be among the claims. */
export async function readOpen(db: ClientBase, task: string): Promise<BatchRow[]> {
  const { rows } = await db.query<BatchRow>(
    `select ${BATCH} from library.batch where task = $1 and state = 'open' order by at`,
    [task],
  );
  return rows;
}

/** Forgets an open batch of which nothing was taken; gives false when something was. */
export async function dropEmpty(db: ClientBase, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `delete from library.batch where id = $1 and state = 'open' and incident is null
       and not exists (select from library.batch_file where batch_id = $1)`,
    [id],
  );
  return rowCount === 1;
}

/** Closes a batch whose files' dispositions are all known. */
export async function closeBatch(
  db: ClientBase,
  id: string,
  how: {
    state: 'done' | 'failed';
    by?: string | undefined;
    reason?: string | undefined;
    unnamed?: readonly string[];
    run: string;
    incident: string | null;
    target: string | null;
  },
): Promise<void> {
  await db.query(
    `update library.batch set state = $2, by = coalesce($3, by), reason = $4, unnamed = $5, run = $6, incident = $7,
       target = $8, closed_at = clock_timestamp()
     where id = $1`,
    [
      id,
      how.state,
      how.by,
      how.reason,
      how.unnamed?.length ? how.unnamed : null,
      how.run,
      how.incident,
      how.target,
    ],
  );
}

/** The folder of a closed batch had to go elsewhere than its row says. */
export async function moveTarget(db: ClientBase, id: string, target: string): Promise<void> {
  await db.query(
    `with moved as (update library.batch set target = $2 where id = $1 returning incident)
     update regie.incident i set kept = $2 from moved where i.id = moved.incident`,
    [id, target],
  );
}

export async function readFiles(db: ClientBase | Pool, batch: string): Promise<FileRow[]> {
  const { rows } = await db.query<FileRow & { bytes: string | null }>(
    `select index, path, name, disposition, record_id as record, quarantine_id as quarantine,
            encode(sha256, 'hex') as sha256, bytes, mtime_ns as "mtimeNs", inode, reason, unknown, run
     from library.batch_file where batch_id = $1 order by index`,
    [batch],
  );
  return rows.map((row) => ({ ...row, bytes: row.bytes === null ? null : Number(row.bytes) }));
}

/** Writes what became of files; over what was written of them before. */
export async function writeFiles(db: ClientBase, batch: string, files: readonly FileRow[]): Promise<void> {
  if (files.length === 0) return;
  await db.query(
    `insert into library.batch_file
       (batch_id, index, path, name, disposition, record_id, quarantine_id, sha256, bytes, mtime_ns, inode, reason,
        unknown, run)
     select $1, index, path, name, disposition, record, quarantine, decode(sha256, 'hex'), bytes, "mtimeNs",
       inode, reason, "unknown", run
     from jsonb_to_recordset($2) as x(index int, path text, name text, disposition text, record bigint, quarantine bigint,
       sha256 text, bytes bigint, "mtimeNs" bigint, inode text, reason text, "unknown" text[], run text)`,
    [
      batch,
      JSON.stringify(
        files.map(({ unknown, ...file }) => ({ ...file, ...(unknown?.length ? { unknown } : {}) })),
      ),
    ],
  );
}

/** Forgets what became of files, but for some that keep what they are; for a batch that is taken again. */
export async function keepFiles(db: ClientBase, batch: string, kept: readonly FileRow[]): Promise<void> {
  await db.query('delete from library.batch_file where batch_id = $1', [batch]);
  await writeFiles(db, batch, kept);
}

/** What a run did, from the ledger: right even when it was killed and began again. */
export async function readCounts(db: ClientBase, run: string): Promise<Record<string, number>> {
  const { rows } = await db.query<Record<string, string>>(
    `select b.*, f.* from
       (select count(*) as batches, coalesce(sum(cardinality(unnamed)), 0) as unnamed
        from library.batch where run = $1 and state <> 'open') b,
       (select count(*) as files, count(*) filter (where disposition = 'record') as records,
               count(*) filter (where disposition = 'quarantine') as quarantined, count(*) filter (where disposition = 'failed') as failed,
               coalesce(sum(bytes), 0) as bytes, coalesce(sum(cardinality(unknown)), 0) as "unknownFields"
        from library.batch_file where run = $1) f`,
    [run],
  );
  return Object.fromEntries(
    Object.entries(rows[0]!)
      .map(([name, count]) => [name, Number(count)] as const)
      .filter(([name, count]) => count > 0 || name === 'batches' || name === 'files'),
  );
}

/** Closed batches of a task that nobody needs to know any more: older than `keep` ms, and without an incident that is not resolved. */
export async function readForgotten(db: ClientBase, task: string, keep: number): Promise<BatchRow[]> {
  const { rows } = await db.query<BatchRow>(
    `select ${BATCH} from library.batch b
     where task = $1 and state <> 'open' and closed_at < now() - make_interval(secs => $2::float8 / 1000)
       and not exists (select from regie.incident i where i.id = b.incident and i.state <> 'resolved')
     order by closed_at limit 1000`,
    [task, keep],
  );
  return rows;
}

export async function forgetBatches(db: ClientBase, ids: readonly string[]): Promise<void> {
  await db.query('delete from library.batch where id = any($1)', [ids]);
}
