import type { ClientBase, Pool } from 'pg';

/** What a dead letter says of a batch. */
export interface Letter {
  task: string;
  subject: string;
  /** Short name of the fault: `refused`, `failed-files`, `lost`, `endpoint`. */
  what: string;
  /** A sentence for operators. */
  reason: string;
  /** Where its folder is, absolute; null when it has none. */
  kept: string | null;
}

/** A dead letter of a batch that an operator wants to be tried again (`regie library errors retry`). */
export interface Retry {
  id: string;
  /** Where the batch is, absolute; null when it is nowhere, or in the drop or the work folder already. */
  target: string | null;
}

/** Notes a batch of which something failed, or once more; gives the letter's id. */
export async function writeLetter(
  db: ClientBase,
  letter: string | null,
  { task, subject, what, reason, kept }: Letter,
): Promise<string> {
  const known = await db.query<{ id: string }>(
    `update library.dead_letter set what = $2, reason = $3, kept = $4, attempts = attempts + 1, last_at = now(),
       state = 'dead', not_before = null
     where id = $1 and state in ('retrying', 'dead') returning id`,
    [letter, what, reason, kept],
  );
  if (known.rows[0]) return known.rows[0].id;
  const { rows } = await db.query<{ id: string }>(
    `insert into library.dead_letter as d (task, subject, what, reason, kept, state) values ($1, $2, $3, $4, $5, 'dead')
     on conflict (task, subject) where state in ('retrying', 'dead') do update
     set what = excluded.what, reason = excluded.reason, kept = excluded.kept, attempts = d.attempts + 1,
         last_at = now(), state = 'dead', not_before = null
     returning id`,
    [task, subject, what, reason, kept],
  );
  return rows[0]!.id;
}

/** All of the batch went in, or somebody mended it. */
export async function solveLetter(db: ClientBase, letter: string | null): Promise<void> {
  if (letter === null) return;
  await db.query(
    `update library.dead_letter set state = 'solved', closed_at = now(), not_before = null
     where id = $1 and state in ('retrying', 'dead')`,
    [letter],
  );
}

/** What was told of a subject is mended, what somebody dismissed too: it is told anew when it comes again. */
export async function solveSubject(db: ClientBase, task: string, subject: string): Promise<void> {
  await db.query(
    `update library.dead_letter set state = 'solved', closed_at = coalesce(closed_at, now()), not_before = null
     where task = $1 and subject = $2 and state in ('retrying', 'dead', 'dismissed')`,
    [task, subject],
  );
}

/** The letters that are to be tried again now; an endpoint is by itself. */
export async function readRetries(db: ClientBase | Pool, task: string): Promise<Retry[]> {
  const { rows } = await db.query<Retry>(
    `select l.id, b.target from library.dead_letter l left join library.batch b on b.letter = l.id
     where l.task = $1 and l.state = 'retrying' and l.what <> 'endpoint' and (not_before is null or not_before <= clock_timestamp()) order by l.id`,
    [task],
  );
  return rows;
}

/** What was to be tried again cannot be: why. */
export async function buryLetter(db: ClientBase, id: string, reason: string): Promise<void> {
  await db.query(
    "update library.dead_letter set state = 'dead', reason = $2, last_at = now() where id = $1 and state = 'retrying'",
    [id, reason],
  );
}

/** A batch that is put back into the drop: its letter waits for what becomes of it, and is asked for no more. */
export async function holdLetter(db: ClientBase, id: string): Promise<void> {
  await db.query("update library.dead_letter set state = 'dead' where id = $1 and state = 'retrying'", [id]);
}

/** The letters of a task that wait for an operator: how many, and the latest, newest first. */
export async function readDead(
  db: ClientBase | Pool,
  task: string,
  most: number,
): Promise<{ count: number; latest: { at: Date; text: string }[] }> {
  const { rows } = await db.query<{ at: Date; text: string; count: number }>(
    `select last_at as at, reason as text, count(*) over ()::int as count
     from library.dead_letter where task = $1 and state = 'dead' order by last_at desc, id desc limit $2`,
    [task, most],
  );
  return { count: rows[0]?.count ?? 0, latest: rows.map(({ at, text }) => ({ at, text })) };
}
