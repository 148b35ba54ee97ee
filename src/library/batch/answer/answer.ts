import type { ClientBase, Pool } from 'pg';
import type { Reason } from '../../ingest/arrival.ts';

/** What became of a batch, as its sender is told; also the content of `answer.json`. */
export interface Answer {
  /** Its id. */
  batch: string;
  /** `open`: it is being taken. `failed`: something of it failed; the files tell what. */
  state: 'open' | 'done' | 'failed';
  /** Of its folder, as it came. */
  name: string;
  user?: string;
  /** Why nothing of it was taken. */
  error?: string;
  /** When it was taken, and closed; ISO UTC. */
  taken: string;
  closed?: string;
  records: number;
  quarantined: number;
  failed: number;
  /** Those whose disposition is known, in the order of the manifest. */
  files: FileAnswer[];
  /** Files in its folder of which its manifest says nothing; they stay in it. */
  unnamed?: string[];
}

/** What became of one file: the id of its record, or of its row of quarantine, or why it failed. */
interface FileAnswer {
  /** In the manifest, from 0. */
  index: number;
  /** Its original name. */
  name: string;
  record?: string;
  quarantine?: string;
  /** Why it is in quarantine. */
  reasons?: string[];
  error?: string;
  /** Names in its description that are no field of the databox, or one that only tasks set. */
  unknown?: string[];
}

interface Row {
  name: string;
  state: Answer['state'];
  by: string | null;
  reason: string | null;
  unnamed: string[] | null;
  at: Date;
  closed_at: Date | null;
}

interface FileAnswerRow {
  index: number;
  name: string;
  disposition: string;
  record: string | null;
  quarantine: string | null;
  reasons: Reason[] | null;
  reason: string | null;
  unknown: string[] | null;
}

/** Reads what became of a batch; undefined when there is none of that id, or it is forgotten. */
export async function readAnswer(db: ClientBase | Pool, id: string): Promise<Answer | undefined> {
  const found = await db.query<Row>(
    'select name, state, by, reason, unnamed, at, closed_at from library.batch where id = $1',
    [id],
  );
  const row = found.rows[0];
  if (!row) return undefined;
  // An operator who accepts a file from quarantine makes a record of it.
  const { rows } = await db.query<FileAnswerRow>(
    `select f.index, f.name, f.disposition, coalesce(f.record_id, q.record_id) as record, f.quarantine_id as quarantine,
            q.reasons, f.reason, f.unknown
     from library.batch_file f left join library.quarantine q on q.id = f.quarantine_id
     where f.batch_id = $1 order by f.index`,
    [id],
  );
  const count = (disposition: string) => rows.filter((file) => file.disposition === disposition).length;
  return {
    batch: id,
    state: row.state,
    name: row.name,
    ...(row.by === null ? {} : { user: row.by }),
    ...(row.reason === null ? {} : { error: row.reason }),
    taken: row.at.toISOString(),
    ...(row.closed_at === null ? {} : { closed: row.closed_at.toISOString() }),
    records: count('record'),
    quarantined: count('quarantine'),
    failed: count('failed'),
    files: rows.map(toAnswer),
    ...(row.unnamed === null ? {} : { unnamed: row.unnamed }),
  };
}

function toAnswer({ index, name, record, quarantine, reasons, reason, unknown }: FileAnswerRow): FileAnswer {
  return {
    index,
    name,
    ...(record === null ? {} : { record }),
    ...(quarantine === null ? {} : { quarantine }),
    ...(reasons === null ? {} : { reasons: reasons.map(({ text }) => text) }),
    ...(reason === null ? {} : { error: reason }),
    ...(unknown === null ? {} : { unknown }),
  };
}
