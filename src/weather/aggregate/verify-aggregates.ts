import type { ClientBase } from 'pg';
import { periodStart } from '../local-time.ts';
import { zoneOf, type Zone } from '../../time/zone.ts';
import { aggregateColumns, levels, type Level } from '../measures.ts';
import { findStation, type KnownStation } from '../read/find-by-name.ts';
import { bucketEnd } from '../read/bucket-period.ts';
import { writeTime } from '../read/write-time.ts';
import { enqueueAll } from './dirty-hours.ts';
import { recomputeBatch } from './recompute.ts';

/** A bucket whose stored aggregate is not what its observations give. */
export interface Difference {
  station: string;
  level: Level;
  /** Station's local time; null for level A. */
  start: string | null;
  /** `missing`: nothing is stored; `superfluous`: there are no observations for it. */
  what: 'missing' | 'superfluous' | 'different';
  /** Columns that differ, when both are there. */
  columns?: { column: string; stored: unknown; recomputed: unknown }[];
  /** One of its hours waits in the queue: it will be put right by the next aggregation. */
  pending: boolean;
}

export interface Verification {
  /** Are all stored aggregates exact, those that wait for the next aggregation apart? */
  equal: boolean;
  stations: number;
  /** Buckets compared, stored or recomputed. */
  buckets: number;
  /** How many buckets differ with none of their hours waiting, and how many whose hours wait. */
  wrong: number;
  pending: number;
  /** At most `limit` of them, the wrong ones of each station first. */
  differences: Difference[];
}

export interface VerifyOptions {
  /** Code of the only station to verify. */
  station?: string;
  /** Most differences listed; 100 when left out. */
  limit?: number;
  /** Told before each station. */
  onStation?: (code: string, index: number, count: number) => void;
}

/** Rows of the queue per statement: as large as memory allows comfortably, since nobody waits for a transaction here. */
const BATCH = 10_000;

/**
 * Recomputes every aggregate from the observations into temporary tables and compares them with what is stored, column
 * by column, to the last bit. One snapshot of the database, nothing is changed, loading and aggregating go on.
 * Throws `NotFound` for a station there is none of.
 *
 * Temporary tables come before all others in PostgreSQL's search: under the names of the real ones they make the
 * aggregator's own statements read the observations and write aside.
 */
export async function verify(db: ClientBase, options: VerifyOptions = {}): Promise<Verification> {
  const chosen = options.station === undefined ? undefined : await findStation(db, options.station);
  await db.query('begin isolation level repeatable read');
  try {
    await db.query(`
      create temporary table dirty_hour (like dirty_hour including all) on commit drop;
      create temporary table aggregate (like aggregate including all) on commit drop`);
    return await compareStations(db, chosen ? [chosen] : await allStations(db), options);
  } finally {
    // Temporary tables go with it.
    await db.query('rollback').catch(() => undefined);
  }
}

async function compareStations(
  db: ClientBase,
  stations: readonly KnownStation[],
  { limit = 100, onStation }: VerifyOptions,
): Promise<Verification> {
  const found: Verification = {
    equal: true,
    stations: stations.length,
    buckets: 0,
    wrong: 0,
    pending: 0,
    differences: [],
  };
  for (const [i, station] of stations.entries()) {
    onStation?.(station.code, i, stations.length);
    await db.query('truncate pg_temp.aggregate');
    await enqueueAll(db, station.id);
    while (await recomputeBatch(db, BATCH));
    found.buckets += await countBuckets(db, station);
    const dirty = await pendingBuckets(db, station);
    const pairs = (await differing(db, station)).map((pair) => ({
      ...pair,
      pending: isPending(pair, station, dirty),
    }));
    const wrong = pairs.filter(({ pending }) => !pending);
    found.wrong += wrong.length;
    found.pending += pairs.length - wrong.length;
    const room = Math.max(0, limit - found.differences.length);
    for (const pair of [...wrong, ...pairs.filter(({ pending }) => pending)].slice(0, room)) {
      found.differences.push(await describe(db, station, pair));
    }
  }
  found.equal = found.wrong === 0;
  return found;
}

async function allStations(db: ClientBase): Promise<KnownStation[]> {
  const { rows } = await db.query<{ id: number; code: string; timezone: string }>(
    'select id, code, timezone from station order by code',
  );
  return rows.map(({ id, code, timezone }) => ({ id, code, zone: zoneOf(timezone) }));
}

/** A bucket whose stored and recomputed aggregates differ. */
interface Pair {
  level: Level;
  /** -∞ for level A: PostgreSQL's own arrives as a number. */
  start: Date | number;
  what: Difference['what'];
}

/** By its schema a real table is found that a temporary one hides. */
async function realSchema(db: ClientBase): Promise<string> {
  const { rows } = await db.query<{ name: string }>('select quote_ident(current_schema()) as name');
  return rows[0]!.name;
}

/** Stored and recomputed side by side. */
async function sideBySide(db: ClientBase): Promise<string> {
  return `(select * from ${await realSchema(db)}.aggregate where station_id = $1) s
    full join pg_temp.aggregate r using (level, start)`;
}

async function countBuckets(db: ClientBase, { id }: KnownStation): Promise<number> {
  const { rows } = await db.query<{ buckets: number }>(
    `select count(*)::int as buckets from ${await sideBySide(db)}`,
    [id],
  );
  return rows[0]!.buckets;
}

async function differing(db: ClientBase, { id }: KnownStation): Promise<Pair[]> {
  const columns = (alias: string) => aggregateColumns.map((c) => `${alias}.${c.name}`).join(', ');
  const { rows } = await db.query<Pair>(
    `select level, start, case when s.station_id is null then 'missing'
       when r.station_id is null then 'superfluous' else 'different' end as what
     from ${await sideBySide(db)}
     where s.station_id is null or r.station_id is null or (${columns('s')}) is distinct from (${columns('r')})
     order by level, start`,
    [id],
  );
  return rows;
}

/** Keys of the buckets that an hour of the real queue concerns. */
async function pendingBuckets(db: ClientBase, { id, zone }: KnownStation): Promise<Set<string>> {
  const { rows } = await db.query<{ start: Date }>(
    `select distinct start from ${await realSchema(db)}.dirty_hour where station_id = $1`,
    [id],
  );
  return new Set(
    rows.flatMap(({ start }) => [
      keyOf('H', start.getTime(), zone),
      ...concernedDays(start.getTime(), zone).flatMap((day) =>
        levels.filter((level) => level !== 'H').map((level) => keyOf(level, day, zone)),
      ),
    ]),
  );
}

/** A moment in each day that an hour concerns: climatology values look beyond the day, see `levels.ts`. */
function concernedDays(hour: number, zone: Zone): number[] {
  const day = periodStart('D', hour, zone);
  const onTheClock = new Date(zone.toLocal(hour)).getUTCHours();
  if (onTheClock < 7) return [hour, day - 1];
  return onTheClock >= 19 ? [hour, bucketEnd('D', day, zone)] : [hour];
}

const keyOf = (level: Level, instant: number, zone: Zone) => `${level} ${periodStart(level, instant, zone)}`;
const instantOf = (start: Date | number) => (start instanceof Date ? start.getTime() : start);

function isPending({ level, start }: Pair, { zone }: KnownStation, dirty: Set<string>): boolean {
  return dirty.has(keyOf(level, instantOf(start), zone));
}

async function describe(
  db: ClientBase,
  { id, code, zone }: KnownStation,
  { level, start, what, pending }: Pair & { pending: boolean },
): Promise<Difference> {
  return {
    station: code,
    level,
    start: level === 'A' ? null : writeTime(instantOf(start), zone),
    what,
    ...(what === 'different' && { columns: await differingColumns(db, id, level, start) }),
    pending,
  };
}

async function differingColumns(
  db: ClientBase,
  station: number,
  level: Level,
  start: Date | number,
): Promise<NonNullable<Difference['columns']>> {
  type Values = Record<string, unknown>;
  const { rows } = await db.query<{ stored: Values; recomputed: Values }>(
    `select to_jsonb(s) as stored, to_jsonb(r) as recomputed from ${await sideBySide(db)}
     where level = $2 and start = $3`,
    [station, level, start instanceof Date ? start : '-infinity'],
  );
  const { stored, recomputed } = rows[0]!;
  return aggregateColumns
    .map(({ name }) => ({ column: name, stored: stored[name], recomputed: recomputed[name] }))
    .filter((c) => c.stored !== c.recomputed);
}
