import type { ClientBase, Pool } from 'pg';

/** Something that went wrong with a file, as its dead letter says it. */
export interface Trouble {
  /** Path below the hotfolder. */
  subject: string;
  /** Short name of the fault. */
  what: string;
  /** A sentence for operators. */
  reason: string;
  /** Where the file is kept, absolute, when it was moved aside. */
  kept?: string | undefined;
}

/** A letter that is not dealt with, or one that somebody dismissed: its fault may be there still. */
export interface Letter {
  subject: string;
  what: string;
  state: 'retrying' | 'dead' | 'dismissed';
  /** Not to be tried again yet. */
  later: boolean;
  kept: string | null;
  /** How long ago it was dismissed, ms. */
  closedFor: number | null;
}

/** Tries of work that fails: after 1, 2, 4 … minutes, at most an hour apart, for about three hours. */
const MOST_TRIES = 9;

export async function readLetters(db: ClientBase | Pool, task: string): Promise<Map<string, Letter>> {
  const { rows } = await db.query<Letter>(
    `select subject, what, state, kept, coalesce(not_before > clock_timestamp(), false) as later,
            (extract(epoch from clock_timestamp() - closed_at) * 1000)::float8 as "closedFor"
     from library.dead_letter where task = $1 and state in ('retrying', 'dead', 'dismissed')
     order by state = 'dismissed' desc, id`,
    [task],
  );
  // The open one, where there are several.
  return new Map(rows.map((row) => [row.subject, row]));
}

/** Files that nothing is tried with any more until somebody does something. */
export async function writeDead(db: ClientBase, task: string, all: readonly Trouble[]): Promise<void> {
  if (all.length === 0) return;
  await db.query(
    `insert into library.dead_letter as d (task, subject, what, reason, kept, state)
     select $1, subject, what, reason, kept, 'dead'
     from jsonb_to_recordset($2) as x(subject text, what text, reason text, kept text)
     on conflict (task, subject) where state in ('retrying', 'dead') do update
     set what = excluded.what, reason = excluded.reason, kept = excluded.kept, state = 'dead', not_before = null,
         attempts = d.attempts + 1, last_at = now()`,
    [task, JSON.stringify(all)],
  );
}

/** A file whose work failed: tried again later, and dead in the end. Is it dead now? */
export async function writeFailure(db: ClientBase, task: string, trouble: Trouble): Promise<boolean> {
  const { rows } = await db.query<{ state: string }>(
    `insert into library.dead_letter as d (task, subject, what, reason, state, not_before)
     values ($1, $2, $3, $4, 'retrying', now() + interval '1 minute')
     on conflict (task, subject) where state in ('retrying', 'dead') do update
     set what = excluded.what, reason = excluded.reason, attempts = d.attempts + 1, last_at = now(),
         state = case when d.attempts + 1 < $5 then 'retrying' else 'dead' end,
         not_before = case when d.attempts + 1 < $5
           then now() + least(interval '1 minute' * power(2, d.attempts), interval '1 hour') end
     returning state`,
    [task, trouble.subject, trouble.what, trouble.reason, MOST_TRIES],
  );
  return rows[0]!.state === 'dead';
}

/** Their files were taken, or what was wrong is mended. */
export async function solve(db: ClientBase, task: string, subjects: readonly string[]): Promise<void> {
  if (subjects.length === 0) return;
  await db.query(
    `update library.dead_letter set state = 'solved', closed_at = now(), not_before = null
     where task = $1 and subject = any($2) and state in ('retrying', 'dead')`,
    [task, subjects],
  );
}

/**
 * Brings the letters of faults that are found anew by every look in line with those found now. One that was dismissed
 * is not told again while it is there.
 */
export async function syncFaults(
  db: ClientBase,
  task: string,
  kinds: readonly string[],
  found: readonly Trouble[],
): Promise<void> {
  const written = [...(await readLetters(db, task)).values()].filter(({ what }) => kinds.includes(what));
  const known = new Map(written.map((letter) => [letter.subject, letter.what]));
  await writeDead(
    db,
    task,
    found.filter(({ subject, what }) => known.get(subject) !== what),
  );
  const still = new Set(found.map(({ subject }) => subject));
  const mended = written.map(({ subject }) => subject).filter((subject) => !still.has(subject));
  if (mended.length === 0) return;
  await db.query(
    `update library.dead_letter set state = 'solved', closed_at = coalesce(closed_at, now()), not_before = null
     where task = $1 and subject = any($2) and what = any($3) and state in ('retrying', 'dead', 'dismissed')`,
    [task, mended, kinds],
  );
}
