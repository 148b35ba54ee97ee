import type { ClientBase } from 'pg';
import { resolveIncidents, retryLater } from '../../incidents/write-incidents.ts';
import type { AccessProblem } from '../ftp/problem.ts';

/** A row of `transfer.source`: a server's folder as a task knows it. */
export interface Source {
  id: number;
  address: string;
  /** See `isMarked`. */
  mark: string;
}

/** Why a server is left alone for a while, as its incident has it. */
export interface Unavailable {
  problem: string;
  notBefore: Date | null;
  /** Hash of the settings that failed. */
  settings: string | null;
}

/** The source of a task; undefined when it never ran. */
export async function findSource(db: ClientBase, task: string, address: string): Promise<Source | undefined> {
  const { rows } = await db.query<Source>(
    'select id, address, mark from transfer.source where task = $1 and address = $2',
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

/** Why the server could not be worked with the last time; undefined when it could, or was never asked. */
export async function findUnavailable(
  db: ClientBase,
  task: string,
  address: string,
): Promise<Unavailable | undefined> {
  const { rows } = await db.query<Unavailable>(
    `select reason as problem, not_before as "notBefore", details ->> 'settings' as settings
     from regie.incident where task = $1 and subject = $2 and (state <> 'resolved' or muted)
     -- One that an operator closed does not end the pause: some servers lock accounts.
     order by state = 'resolved', id desc limit 1`,
    [task, address],
  );
  return rows[0];
}

/** A server is asked again for ever, at most half an hour apart: it comes back by itself. */
const PAUSES = { last: 3 };
/** Some servers lock an account after a few refused logins within minutes. */
const PAUSES_OF_LOGIN = { first: 3, last: 4 };

/** Notes that the server could not be worked with: it is left alone for a while. Gives the sentence for operators. */
export async function noteProblem(
  db: ClientBase,
  { task, run }: { task: string; run: string },
  { address }: Source,
  problem: AccessProblem,
  settings: string,
): Promise<string> {
  const incident = { subject: address, what: 'server', reason: problem.message, details: { settings } };
  const pauses = problem.login ? PAUSES_OF_LOGIN : PAUSES;
  await retryLater(db, { task, kind: 'ftpPull', run }, [incident], pauses);
  return describe((await findUnavailable(db, task, address))!);
}

/** Notes that the server works. */
export function noteSuccess(db: ClientBase, task: string, { address }: Source): Promise<void> {
  return resolveIncidents(db, task, [address]);
}

/** Why a source is left alone, and until when. */
export function describe({ problem, notBefore }: Unavailable): string {
  const until = notBefore?.toISOString().slice(0, 16).replace('T', ' ');
  return `${problem}. Left alone until ${until} UTC, unless it is run before`;
}
