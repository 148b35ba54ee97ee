import { isDeepStrictEqual } from 'node:util';
import type { ClientBase } from 'pg';
import { columnsByMeasure, isTimeColumn } from '../load/keys.ts';
import { toJsonb } from '../../store/jsonb.ts';
import type { Zone } from '../../time/zone.ts';
import { observationColumns } from '../measures.ts';
import type { StationLimits } from './limits.ts';
import {
  copyAside,
  doubtedColumns,
  MARKED,
  measureOfColumn,
  noteMarks,
  setAside,
  type Aside,
} from './judge.ts';

/** A station whose observations are judged. */
export interface JudgedStation {
  id: number;
  zone: Zone;
  limits: StationLimits;
}

/** Which observations are judged anew: those whose period ends in (after, until]. */
export interface Span {
  /** PostgreSQL's text of a timestamptz; `-infinity` and `infinity` are allowed. */
  after: string;
  until: string;
}

/** A span in which a measure of the station must not count. */
interface Exclusion extends Span {
  measure: string;
}

export interface Review {
  /** Observations of which something changed its place, and how many values did. */
  observations: number;
  values: number;
  /** Hours to recompute, ms: those in which a value came into its column or left it. */
  hours: Set<number>;
}

/**
 * Observations are read in the order of their key, a chunk at a time: a plan that sorts them, as old statistics may
 * suggest, would read all of them for each chunk. Until the end of the transaction.
 */
export async function readInOrder(db: ClientBase): Promise<void> {
  await db.query(`set local enable_sort = off; set local enable_seqscan = off; set local enable_bitmapscan = off;
                  set local jit = off`);
}

/** Rows read and written together: enough for few round trips, few enough for a steady memory. */
const CHUNK = 2_000;

/**
 * Judges observations anew, as the loader would have them now: every value of these measures, wherever it stands,
 * goes to its column, to `doubtful`, or, where an exclusion covers it, to `excluded`. `measures` are places in
 * `columnsByMeasure`; `candidates` is SQL that is true for every observation `o` that may change.
 *
 * Run it in a transaction that holds the loaders' lock, and queue the hours in the same one.
 */
export async function review(
  db: ClientBase,
  station: JudgedStation,
  measures: readonly number[],
  span: Span,
  candidates = 'true',
): Promise<Review> {
  const found: Review = { observations: 0, values: 0, hours: new Set() };
  if (measures.length === 0) return found;
  const judge = new RowJudge(station, measures, await exclusionsIn(db, station.id, span));
  const select = `select o.stop, o.duration, o.doubtful, o.excluded, ${judge.names.map((n) => `o.${n}`).join(', ')}
    from observation o
    where o.station_id = $1 and o.stop > $2 and o.stop <= $3 and (${candidates})
    order by o.stop limit ${CHUNK}`;
  await readInOrder(db);
  let after: string | Date = span.after;
  for (;;) {
    const { rows }: { rows: Row[] } = await db.query<Row>(select, [station.id, after, span.until]);
    const changes = rows.flatMap((row) => judge.judge(row) ?? []);
    await judge.write(db, changes);
    for (const { stop, moved, counts } of changes) {
      found.observations += 1;
      found.values += moved;
      if (counts) found.hours.add(station.zone.hourOf(stop.getTime()));
    }
    const last = rows.at(-1);
    if (!last || rows.length < CHUNK) return found;
    after = last.stop;
  }
}

type Row = { stop: Date; duration: number; doubtful: Aside | null; excluded: Aside | null } & Record<
  string,
  unknown
>;

/** An observation that is to be written again. */
interface Change {
  stop: Date;
  /** By place in `RowJudge.columns`; NaN = null. */
  values: number[];
  doubtful: Aside | undefined;
  excluded: Aside | undefined;
  /** Values that changed their place. */
  moved: number;
  /** Does a column change, so that aggregates do? */
  counts: boolean;
}

class RowJudge {
  /** The columns of the measures that are judged. */
  readonly columns: readonly number[];
  readonly names: readonly string[];
  private readonly station: JudgedStation;
  private readonly exclusions: readonly { columns: readonly number[]; after: number; until: number }[];
  private readonly values = new Float64Array(observationColumns.length);

  constructor(station: JudgedStation, measures: readonly number[], exclusions: readonly Exclusion[]) {
    const columnsOf = (name: string) =>
      this.columns.filter((c) => columnsByMeasure[measureOfColumn[c]!]!.measure.name === name);
    this.station = station;
    this.columns = observationColumns.flatMap((_, c) => (measures.includes(measureOfColumn[c]!) ? c : []));
    this.names = this.columns.map((c) => observationColumns[c]!.name);
    this.exclusions = exclusions.map(({ measure, after, until }) => ({
      columns: columnsOf(measure),
      after: toMillis(after),
      until: toMillis(until),
    }));
  }

  /** What is to be written; undefined when all is in its place. */
  judge(row: Row): Change | undefined {
    const { values, columns, names, station } = this;
    const stop = row.stop.getTime();
    values.fill(Number.NaN);
    columns.forEach((column, i) => {
      values[column] = toNumber(row[names[i]!] ?? row.doubtful?.[names[i]!] ?? row.excluded?.[names[i]!]);
    });
    const marks = [...marksIn(row.doubtful), ...marksIn(row.excluded)];
    const marked = columns.filter((_, i) => marks.includes(names[i]!));

    const left: Aside = {};
    for (const exclusion of this.exclusions) {
      if (stop <= exclusion.after || stop > exclusion.until) continue;
      for (const column of exclusion.columns) {
        copyAside(values, column, left);
        values[column] = Number.NaN;
      }
    }
    noteMarks(marked, left);
    const { limits } = station;
    const doubted = doubtedColumns(values, row.duration, limits, marked);
    const doubtful = this.merge(row.doubtful, setAside(values, doubted, limits.accepts, marked));
    const excluded = this.merge(row.excluded, left);

    const now = columns.map((column) => values[column]!);
    const counts = names.some((name, i) => !Object.is(toNumber(row[name]), now[i]));
    if (
      !counts &&
      isDeepStrictEqual(doubtful, row.doubtful ?? undefined) &&
      isDeepStrictEqual(excluded, row.excluded ?? undefined)
    ) {
      return undefined;
    }
    const moved = names.filter(
      (name, i) =>
        !isTimeColumn[columns[i]!] &&
        (Number.isNaN(toNumber(row[name])) !== Number.isNaN(now[i]!) ||
          has(row.doubtful, name) !== has(doubtful, name) ||
          has(row.excluded, name) !== has(excluded, name)),
    ).length;
    return { stop: row.stop, values: now, doubtful, excluded, moved, counts };
  }

  /** What stands beside the columns: of other measures as before, of these anew. */
  private merge(before: Aside | null, now: Aside | undefined): Aside | undefined {
    const merged: Aside = {};
    const others = (name: string) => !this.names.includes(name);
    for (const key in before) if (key !== MARKED && others(key)) merged[key] = before[key];
    const marks = [...marksIn(before).filter(others), ...marksIn(now ?? null)];
    for (const key in now) if (key !== MARKED) merged[key] = now[key];
    if (marks.length > 0) merged[MARKED] = marks;
    return Object.keys(merged).length === 0 ? undefined : merged;
  }

  async write(db: ClientBase, changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    const { names, columns, station } = this;
    const arrays = columns.map((_, i) =>
      changes.map(({ values }) => (Number.isNaN(values[i]!) ? null : values[i]!)),
    );
    const set = names.map((name, i) =>
      isTimeColumn[columns[i]!] ? `${name} = to_timestamp(u.${name} / 1000)` : `${name} = u.${name}`,
    );
    await db.query(
      `update observation o set ${set.join(', ')}, doubtful = u.doubtful, excluded = u.excluded
       from unnest($2::timestamptz[], $3::jsonb[], $4::jsonb[], ${names.map((_, i) => `$${i + 5}::float8[]`).join(', ')})
         as u (stop, doubtful, excluded, ${names.join(', ')})
       where o.station_id = $1 and o.stop = u.stop`,
      [
        station.id,
        changes.map(({ stop }) => stop.toISOString()),
        changes.map(({ doubtful }) => (doubtful ? toJsonb(doubtful) : null)),
        changes.map(({ excluded }) => (excluded ? toJsonb(excluded) : null)),
        ...arrays,
      ],
    );
  }
}

/** The exclusions in force that touch a span of a station. */
export async function exclusionsIn(
  db: ClientBase,
  station: number,
  { after, until }: Span,
): Promise<Exclusion[]> {
  const { rows } = await db.query<Exclusion>(
    `select measure, after::text, until::text from exclusion
     where station_id = $1 and lifted_at is null and after < $3 and until > $2`,
    [station, after, until],
  );
  return rows;
}

/** An instant as PostgreSQL writes it, ms. */
export function toMillis(time: string): number {
  if (time === '-infinity') return -Infinity;
  return time === 'infinity' ? Infinity : Date.parse(time);
}

/** A column's value, or what stands for it in jsonb; NaN = null. */
function toNumber(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'string') return Date.parse(value);
  return typeof value === 'number' ? value : Number.NaN;
}

const marksIn = (aside: Aside | null): string[] => (aside?.[MARKED] ?? []) as string[];

const has = (aside: Aside | null | undefined, name: string) =>
  aside !== null && aside !== undefined && name in aside;
