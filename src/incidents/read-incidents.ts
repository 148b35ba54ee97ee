import type { ClientBase, Pool } from 'pg';
import type { Incident, IncidentState } from '../task/incident.ts';

type Db = Pool | ClientBase;

/** What a run has to know of an incident of its task: one that is not resolved, or was closed while its fault is there. */
export interface CurrentIncident {
  id: string;
  subject: string;
  what: string;
  state: IncidentState;
  /** An operator closed it: neither told nor tried again. */
  muted: boolean;
  /** Not to be tried again yet. */
  later: boolean;
  kept: string | null;
  /** How long ago it was closed, ms; null while it is not. */
  closedFor: number | null;
}

/** The incidents that concern a task's next run, by subject. */
export async function readCurrent(db: Db, task: string): Promise<Map<string, CurrentIncident>> {
  const { rows } = await db.query<CurrentIncident>(
    `select id, subject, what, state, muted, kept, coalesce(not_before > clock_timestamp(), false) as later,
            (extract(epoch from clock_timestamp() - closed_at) * 1000)::float8 as "closedFor"
     from regie.incident where task = $1 and (state <> 'resolved' or muted)
     order by state <> 'resolved', id`,
    [task],
  );
  // The one that is not closed, where there are several.
  return new Map(rows.map((row) => [row.subject, row]));
}

/** Which incidents: all conditions that are given hold. */
export interface IncidentFilter {
  task?: string;
  kinds?: readonly string[];
  /** Met last at this moment or later. */
  since?: Date;
  states?: readonly IncidentState[];
  ids?: readonly string[];
}

const columns = `i.id, i.task, i.kind, i.subject, i.what, i.reason, i.state, i.kept, i.mend, i.details, i.attempts,
  to_json(i.first_at) #>> '{}' as "firstAt", to_json(i.last_at) #>> '{}' as "lastAt",
  to_json(i.not_before) #>> '{}' as "notBefore", to_json(i.closed_at) #>> '{}' as "closedAt",
  i.closed_by as "closedBy", i.note`;

const matching = `from regie.incident i
  where ($1::text is null or lower(i.task) = lower($1)) and ($2::text[] is null or i.kind = any($2))
    and ($3::timestamptz is null or i.last_at >= $3) and ($4::text[] is null or i.state = any($4))
    and ($5::bigint[] is null or i.id = any($5))`;

const parametersOf = ({ task, kinds, since, states, ids }: IncidentFilter) => [
  task ?? null,
  kinds ?? null,
  since ?? null,
  states ?? null,
  ids ?? null,
];

/** The latest first. */
export async function readIncidents(db: Db, filter: IncidentFilter, limit: number): Promise<Incident[]> {
  const { rows } = await db.query<Record<string, unknown> & { id: string; mend: string | null }>(
    `select ${columns} ${matching} order by i.last_at desc, i.id desc limit $6`,
    [...parametersOf(filter), limit],
  );
  return rows.map(({ mend, ...row }) => {
    const given = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
    return {
      ...given,
      mend: (mend ?? 'regie incidents retry {id}').replaceAll('{id}', row.id),
    } as unknown as Incident;
  });
}

/** Incidents of one task that are not resolved: how many there are, and some of them. */
export interface UnresolvedOf {
  count: number;
  /** The latest first. */
  latest: Pick<Incident, 'id' | 'subject' | 'reason' | 'lastAt'>[];
}

/** Asked of every task every few seconds, so that it reads those that are not resolved, and no other (`incident_current`). */
export async function readUnresolvedOf(db: Db, task: string, limit: number): Promise<UnresolvedOf> {
  const { rows } = await db.query<UnresolvedOf['latest'][number] & { count: number }>(
    `select id, subject, reason, to_json(last_at) #>> '{}' as "lastAt", (count(*) over ())::int as count
     from regie.incident where state <> 'resolved' and lower(task) = lower($1)
     order by last_at desc, id desc limit $2`,
    [task, limit],
  );
  return { count: rows[0]?.count ?? 0, latest: rows };
}

export async function countIncidents(db: Db, filter: IncidentFilter): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n ${matching}`,
    parametersOf(filter),
  );
  return rows[0]!.n;
}

/** Those that are not resolved. */
export const unresolved: readonly IncidentState[] = ['open', 'retrying', 'given up'];
