import type { ClientBase } from 'pg';
import { periodStart, zoneOf, type Zone } from '../local-time.ts';
import { aggregateColumns, levels, type Level } from '../measures.ts';
import { findStation, type KnownStation } from '../read/names.ts';
import { writeTime } from '../read/write-time.ts';
import { enqueueAll } from './queue.ts';
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
 * Throws `Unknown` for a station there is none of.
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
    const { buckets, rows } = await compare(db, station);
    const dirty = await pendingBuckets(db, station);
    const differences = rows.map((row) => toDifference(row, station, dirty));
    found.buckets += buckets;
    found.pending += differences.filter((d) => d.pending).length;
    found.wrong += differences.filter((d) => !d.pending).length;
    differences.sort((a, b) => Number(a.pending) - Number(b.pending));
    found.differences.push(...differences.slice(0, Math.max(0, limit - found.differences.length)));
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

interface Pair {
  level: Level;
  start: Date | number;
  stored: Record<string, unknown> | null;
  recomputed: Record<string, unknown> | null;
}

/** Stored and recomputed buckets side by side, those that differ. */
async function compare(db: ClientBase, station: KnownStation): Promise<{ buckets: number; rows: Pair[] }> {
  // The real table, which the temporary one hides.
  const { rows: schema } = await db.query<{ name: string }>('select quote_ident(current_schema()) as name');
  const columns = (alias: string) => aggregateColumns.map((c) => `${alias}.${c.name}`).join(', ');
  const joined = `(select * from ${schema[0]!.name}.aggregate where station_id = $1) s
    full join pg_temp.aggregate r using (level, start)`;
  const { rows } = await db.query<Pair>(
    `select level, start, to_jsonb(s) as stored, to_jsonb(r) as recomputed from ${joined}
     where s.station_id is null or r.station_id is null or (${columns('s')}) is distinct from (${columns('r')})
     order by level, start`,
    [station.id],
  );
  const { rows: count } = await db.query<{ buckets: number }>(
    `select count(*)::int as buckets from ${joined}`,
    [station.id],
  );
  return { buckets: count[0]!.buckets, rows };
}

/** Keys of the buckets that hold an hour of the real queue. */
async function pendingBuckets(db: ClientBase, { id, zone }: KnownStation): Promise<Set<string>> {
  const { rows: schema } = await db.query<{ name: string }>('select quote_ident(current_schema()) as name');
  const { rows } = await db.query<{ start: Date }>(
    `select distinct start from ${schema[0]!.name}.dirty_hour where station_id = $1`,
    [id],
  );
  return new Set(rows.flatMap(({ start }) => levels.map((level) => keyOf(level, start.getTime(), zone))));
}

const keyOf = (level: Level, instant: number, zone: Zone) => `${level} ${periodStart(level, instant, zone)}`;

function toDifference(
  { level, start, stored, recomputed }: Pair,
  { code, zone }: KnownStation,
  dirty: Set<string>,
): Difference {
  const instant = start instanceof Date ? start.getTime() : -Infinity;
  const columns = aggregateColumns
    .map(({ name }) => ({ column: name, stored: stored?.[name], recomputed: recomputed?.[name] }))
    .filter((c) => c.stored !== c.recomputed);
  return {
    station: code,
    level,
    start: level === 'A' ? null : writeTime(instant, zone),
    what: stored === null ? 'missing' : recomputed === null ? 'superfluous' : 'different',
    ...(stored && recomputed && { columns }),
    pending: dirty.has(keyOf(level, level === 'A' ? -Infinity : instant, zone)),
  };
}
