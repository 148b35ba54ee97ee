import type { ClientBase, Pool } from 'pg';
import type { IncidentState, Problem } from '../task/incident.ts';
import { toJsonb, toText } from '../store/jsonb.ts';
import { pauseAfter, type Pauses } from './back-off.ts';

type Db = Pool | ClientBase;

/** Whose incidents they are. */
export interface Reporter {
  task: string;
  /** Name of the task's kind. */
  kind: string;
  /** The run that met them, where one did. */
  run?: string;
}

/** An incident that was written. */
export interface Written {
  id: string;
  subject: string;
  state: IncidentState;
}

/**
 * Writes down what waits for an operator: nothing is tried again by itself. One incident for each subject: met again, it
 * is counted. Joins the caller's transaction.
 */
export function openIncidents(db: Db, reporter: Reporter, problems: readonly Problem[]): Promise<Written[]> {
  return write(db, reporter, problems, 'open');
}

/**
 * Writes down what failed and is tried again: after 1 and 5 minutes, half an hour, 2 and 12 hours, then it is given up. Joins
 * the caller's transaction.
 */
export function retryLater(
  db: Db,
  reporter: Reporter,
  problems: readonly Problem[],
  pauses: Pauses = {},
): Promise<Written[]> {
  return write(db, reporter, problems, 'retrying', pauses);
}

/** The control workflow carries some of these texts in its history, and a list shows them: a page of words is enough. */
const LONGEST_REASON = 4_000;

async function write(
  db: Db,
  { task, kind, run }: Reporter,
  problems: readonly Problem[],
  state: 'open' | 'retrying',
  pauses: Pauses = {},
): Promise<Written[]> {
  if (problems.length === 0) return [];
  // A statement may not touch a row twice: of several about one subject the last counts.
  const bySubject = new Map(problems.map((problem) => [toText(problem.subject), problem]));
  const { rows } = await db.query<Written>(
    `insert into regie.incident as i (task, kind, run, subject, what, reason, kept, mend, details, state, not_before)
     select $1, $5, $2, subject, what, left(reason, ${LONGEST_REASON}), kept, mend, details, $4,
            case when $4 = 'retrying' then clock_timestamp() + ${pauseAfter('1', pauses)} end
     from jsonb_to_recordset($3) as x(subject text, what text, reason text, kept text, mend text, details jsonb)
     on conflict (task, subject) where state <> 'resolved' do update
     set what = excluded.what, reason = excluded.reason, kept = excluded.kept, mend = excluded.mend,
         details = excluded.details, run = excluded.run, attempts = i.attempts + 1, last_at = clock_timestamp(),
         state = case when excluded.state = 'open' then 'open'
                      when ${pauseAfter('i.attempts + 1', pauses)} is null then 'given up' else 'retrying' end,
         not_before = case when excluded.state = 'retrying'
                           then clock_timestamp() + ${pauseAfter('i.attempts + 1', pauses)} end
     returning id, subject, state`,
    [
      task,
      run ?? null,
      toJsonb([...bySubject].map(([subject, problem]) => ({ ...problem, subject }))),
      state,
      kind,
    ],
  );
  return rows;
}

/** Mended: what was told of these subjects is over, what an operator closed too, so that it is told anew when it comes again. */
export async function resolveIncidents(db: Db, task: string, subjects: readonly string[]): Promise<void> {
  if (subjects.length === 0) return;
  await db.query(
    `update regie.incident set state = 'resolved', closed_at = coalesce(closed_at, clock_timestamp()), not_before = null, muted = false
     where task = $1 and subject = any($2) and (state <> 'resolved' or muted)`,
    [task, subjects.map(toText)],
  );
}

/** As `resolveIncidents`, by their ids; those that are closed stay as they are. */
export async function resolveById(db: Db, ids: readonly (string | null)[]): Promise<void> {
  const some = ids.filter((id) => id !== null);
  if (some.length === 0) return;
  await db.query(
    `update regie.incident set state = 'resolved', closed_at = clock_timestamp(), not_before = null
     where id = any($1) and state <> 'resolved'`,
    [some],
  );
}

/** It waits for an operator from now on: nothing is tried again by itself. With `reason` it says why. */
export async function leaveToOperator(db: Db, id: string, reason?: string): Promise<void> {
  await db.query(
    `update regie.incident set state = 'open', not_before = null, reason = coalesce($2, reason),
       last_at = case when $2::text is null then last_at else clock_timestamp() end
     where id = $1 and state = 'retrying'`,
    [id, reason === undefined ? null : toText(reason)],
  );
}

/** Forgets what was resolved `keep` ms ago; what an operator closed while its fault was there, after a year. */
export async function pruneIncidents(db: Db, keep: number): Promise<void> {
  await db.query(
    `delete from regie.incident
     where state = 'resolved'
       and closed_at < now() - greatest(make_interval(secs => $1::float8 / 1000), case when muted then interval '1 year' end)`,
    [keep],
  );
}
