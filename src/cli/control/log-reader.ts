import type { Pool } from 'pg';

/** A line of a task's log: what an operator did, a step of a traced run, or a run that began or ended. */
export interface Entry {
  at: Date;
  what: 'step' | 'command' | 'began' | 'ended';
  /** Workflow id of the run. */
  run: string;
  text: string;
  data: Record<string, unknown> | null;
}

interface Row extends Entry {
  /** `s<id>` for a step, `b<run id>` and `e<run id>` for a run: the same for the same line, however often it is read. */
  key: string;
  /** The step's id as text, null for a run. */
  id: string | null;
}

const steps = `
  select 's' || id as key, id::text, at,
    case when run like 'task/%' then 'command' else 'step' end as what, run, text, data from regie.trace_line where task = $1`;
const began = `
  select 'b' || run_id as key, null as id, started_at as at, 'began' as what, id as run, '' as text, options as data
  from regie.run where task = $1`;
const ended = `
  select 'e' || run_id as key, null as id, ended_at as at, 'ended' as what, id as run, coalesce(outcome, '') as text,
    coalesce(report, '{}') || jsonb_strip_nulls(jsonb_build_object('error', error,
      'ms', round(extract(epoch from ended_at - started_at) * 1000))) as data
  from regie.run where task = $1 and ended_at is not null`;

/** Steps get their ids before they are committed: one with a lower id may turn up this much later. */
const reorder = 500;
/** The same for runs, by the database's clock. A run lasts a day at most: that bound lets an index find those that ended lately. */
const lately = `(started_at > now() - interval '1 minute'
  or (started_at > now() - interval '2 days' and ended_at > now() - interval '1 minute'))`;

/** Reads the log of one task from the database: what is there, then what comes, each line once. */
export class LogReader {
  readonly #db: Pool;
  readonly #task: string;
  readonly #seen = new Set<string>();
  /** Highest id of a step seen. */
  #top = 0;

  constructor(db: Pool, task: string) {
    this.#db = db;
    this.#task = task;
  }

  /** The last `lines` entries, oldest first. */
  async last(lines: number): Promise<Entry[]> {
    const { rows } = await this.#db.query<Row>(
      `select * from (
         (${steps} order by trace_line.id desc limit $2) union all
         (${began} order by started_at desc limit $2) union all
         (${ended} order by started_at desc limit $2)) entry`,
      [this.#task, lines],
    );
    return this.#take(rows).slice(-lines || rows.length);
  }

  /** Leaves out whatever is there already: `fresh` gives only what comes after. */
  async skip(): Promise<void> {
    const { rows } = await this.#db.query<{ top: string | null }>(
      'select max(id)::text as top from regie.trace_line where task = $1',
      [this.#task],
    );
    this.#top = Math.max(this.#top, Number(rows[0]?.top ?? 0));
    await this.fresh();
  }

  /** What came since the last reading, oldest first. */
  async fresh(): Promise<Entry[]> {
    const { rows } = await this.#db.query<Row>(
      `(${steps} and id > $2) union all (${began} and ${lately}) union all (${ended} and ${lately})`,
      [this.#task, this.#top - reorder],
    );
    return this.#take(rows);
  }

  #take(rows: Row[]): Entry[] {
    const unseen = rows.filter(({ key }) => !this.#seen.has(key)).sort(inTime);
    for (const { key, id } of unseen) {
      this.#seen.add(key);
      if (id !== null) this.#top = Math.max(this.#top, Number(id));
    }
    for (const key of this.#seen) {
      if (key.startsWith('s') && Number(key.slice(1)) <= this.#top - reorder) this.#seen.delete(key);
    }
    return unseen.map(({ at, what, run, text, data }) => ({ at, what, run, text, data }));
  }
}

const rank = { command: 0, began: 1, step: 2, ended: 3 };

function inTime(a: Row, b: Row): number {
  return a.at.getTime() - b.at.getTime() || rank[a.what] - rank[b.what] || Number(a.id) - Number(b.id);
}
