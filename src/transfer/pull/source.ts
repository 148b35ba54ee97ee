import type { ClientBase } from 'pg';
import type { AccessProblem } from '../ftp/problem.ts';

/** A row of `transfer.source`: how a task got on with its server so far. */
export interface Source {
  id: number;
  /** See `isMarked`. */
  mark: string;
  problem: string | null;
  failures: number;
  /** Set while the server is left alone. */
  notBefore: Date | null;
  /** Hash of the settings that failed. */
  settings: string | null;
}

const COLUMNS = 'id, mark, problem, failures, not_before as "notBefore", settings';

/** The source of a task; undefined when it never ran. */
export async function findSource(db: ClientBase, task: string, address: string): Promise<Source | undefined> {
  const { rows } = await db.query<Source>(
    `select ${COLUMNS} from transfer.source where task = $1 and address = $2`,
    [task, address],
  );
  return rows[0];
}

/** The source of a task; made when it is new. */
export async function openSource(db: ClientBase, task: string, address: string): Promise<Source> {
  await db.query('insert into transfer.source (task, address) values ($1, $2) on conflict do nothing', [
    task,
    address,
  ]);
  const source = await findSource(db, task, address);
  if (!source) throw new Error(`task ${task}: the row of ${address} in transfer.source vanished`);
  return source;
}

/** First wait after a failure and the longest one, minutes; each one is twice the one before. */
const BACK_OFF = { first: 1, longest: 60 };
/** Some servers lock an account after a few refused logins within minutes. */
const BACK_OFF_LOGIN = { first: 10, longest: 240 };

/** Notes that the server could not be worked with: it is left alone for a while. Gives the sentence for operators. */
export async function noteProblem(
  db: ClientBase,
  { id }: Source,
  problem: AccessProblem,
  settings: string,
): Promise<string> {
  const { first, longest } = problem.login ? BACK_OFF_LOGIN : BACK_OFF;
  const { rows } = await db.query<Source>(
    `update transfer.source set problem = $2, settings = $3, failures = failures + 1,
       not_before = now() + least($4 * 2 ^ least(failures, 20), $5) * interval '1 minute'
     where id = $1 returning ${COLUMNS}`,
    [id, problem.message, settings, first, longest],
  );
  return describe(rows[0]!);
}

/** Notes that the server works. */
export async function noteSuccess(db: ClientBase, { id, problem }: Source): Promise<void> {
  if (problem === null) return;
  await db.query(
    'update transfer.source set problem = null, settings = null, failures = 0, not_before = null where id = $1',
    [id],
  );
}

/** Why a source is left alone, and until when. */
export function describe({ problem, notBefore }: Source): string {
  const until = notBefore?.toISOString().slice(0, 16).replace('T', ' ');
  return `${problem}. Left alone until ${until} UTC, unless it is run before`;
}
