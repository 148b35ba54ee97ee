import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import copyStreams from 'pg-copy-streams';
import { checkRules, leaveOutExcluded, leaveOutSent } from '../quality/on-load.ts';
import { judge } from './conflicts.ts';
import { toJsonb, toText } from '../../store/jsonb.ts';
import { refuse, type Observation, type StationAggregate } from './reading.ts';
import { COPY_HEADER, COPY_OBSERVATIONS, COPY_TRAILER, type RowBuffer } from './copy-rows.ts';

/** Bytes handed to the socket at a time: enough for few messages, little enough for steady back-pressure. */
const PIECE = 2 ** 18;

/** Hours to recompute: starts (ms since 1970) by station. */
export type DirtyHours = Map<number, Set<number>>;

/**
 * Writes the observations of a group whose rows are in `rows`: judges repetitions and overlaps, puts in the
 * ids, leaves out what exclusions cover, and counts in each file's `Reading` what became of them. Adds the hours
 * concerned to `dirty`.
 * Must run in a transaction that no other loader shares.
 */
export async function writeObservations(
  db: ClientBase,
  rows: RowBuffer,
  observations: readonly Observation[],
  fileIdOf: (observation: Observation) => number,
  dirty: DirtyHours,
): Promise<void> {
  if (observations.length === 0) return;
  await checkRules(db, [...new Set(observations.map(({ station }) => station))]);
  const verdict = await judge(db, observations, fileIdOf);
  for (const observation of verdict.accepted) {
    const { reading } = observation;
    if (verdict.replacing.has(observation)) reading.replaced += 1;
    else reading.loaded += 1;
    reading.doubtful += observation.doubtful;
  }
  for (const { reading } of verdict.skipped) reading.skipped += 1;
  for (const { observation, reason } of verdict.refused) refuse(observation.reading, [reason]);

  for (const { station, stop } of verdict.keep) {
    let hours = dirty.get(station.id);
    if (!hours) dirty.set(station.id, (hours = new Set()));
    hours.add(station.zone.hourOf(stop));
  }
  for (const observation of verdict.keep) {
    rows.setIds(observation.from, observation.station.id, fileIdOf(observation));
  }
  if (verdict.outdated.length > 0) {
    await db.query(
      `delete from observation o
       using (select station, to_timestamp(stop / 1000) as stop
              from unnest($1::int[], $2::float8[]) a (station, stop)) u
       where o.station_id = u.station and o.stop = u.stop`,
      [verdict.outdated.map(({ station }) => station), verdict.outdated.map(({ stop }) => stop)],
    );
  }
  if (verdict.keep.length > 0) {
    await pipeline(
      Readable.from(pieces(rows, verdict.keep), { objectMode: true, highWaterMark: 1 }),
      db.query(copyStreams.from(COPY_OBSERVATIONS)),
    );
    await leaveOutExcluded(db, verdict.keep);
  }
}

function* pieces(rows: RowBuffer, observations: readonly Observation[]): Generator<Buffer> {
  yield COPY_HEADER;
  let from = 0;
  let to = 0;
  for (const next of observations) {
    if (next.from === to && to - from < PIECE) {
      to = next.to;
      continue;
    }
    if (to > from) yield rows.slice(from, to);
    ({ from, to } = next);
  }
  if (to > from) yield rows.slice(from, to);
  yield COPY_TRAILER;
}

/** An aggregate of a station, and the ledger id of the file that brought it. */
export interface OwnedAggregate extends StationAggregate {
  file: number;
}

/** Keeps what stations computed themselves; what came before for the same bucket is replaced. */
export async function writeAggregates(
  db: ClientBase,
  aggregates: readonly OwnedAggregate[],
  dirty: DirtyHours,
): Promise<void> {
  if (aggregates.length === 0) return;
  await checkRules(db, [...new Set(aggregates.map(({ station }) => station))]);
  const latest = new Map<string, OwnedAggregate>();
  for (const aggregate of aggregates) {
    const { station, level, start, source } = aggregate;
    latest.set(`${station.id} ${level} ${start} ${source}`, aggregate);
    if (level !== 'H' || source !== 'aggregation') continue;
    let hours = dirty.get(station.id);
    if (!hours) dirty.set(station.id, (hours = new Set()));
    hours.add(start);
  }
  const rows = [...latest.values()];
  await db.query(
    `insert into station_aggregate (station_id, level, start, source, file_id, values, doubtful)
     select station, level, to_timestamp(start / 1000), source, file, values, doubtful
     from unnest($1::int[], $2::text[], $3::float8[], $4::text[], $5::bigint[], $6::jsonb[], $7::jsonb[])
       u (station, level, start, source, file, values, doubtful)
     on conflict (station_id, level, start, source)
       do update set file_id = excluded.file_id, values = excluded.values, doubtful = excluded.doubtful,
         excluded = null`,
    [
      rows.map(({ station }) => station.id),
      rows.map(({ level }) => level),
      rows.map(({ start }) => start),
      rows.map(({ source }) => source),
      rows.map(({ file }) => file),
      rows.map(({ values }) => toJsonb(values)),
      rows.map(({ doubtful }) => (doubtful ? toJsonb(doubtful) : null)),
    ],
  );
  await leaveOutSent(db, rows);
}

/** Queues hours for the aggregator. */
export async function writeDirtyHours(db: ClientBase, dirty: DirtyHours): Promise<void> {
  const rows = [...dirty].flatMap(([station, hours]) => [...hours].map((start) => [station, start] as const));
  if (rows.length === 0) return;
  await db.query({
    name: 'weather-load-dirty',
    text: `insert into dirty_hour (station_id, start)
           select station, to_timestamp(start / 1000) from unnest($1::int[], $2::float8[]) u (station, start)`,
    values: [rows.map(([station]) => station), rows.map(([, start]) => start)],
  });
}

export type FileState = 'loaded' | 'partial' | 'failed';

/** A row of the ledger, about to be written. */
export interface LedgerRow {
  id: number;
  claim: string;
  name: string;
  sha256: string;
  bytes: number;
  station: string | null;
  state: FileState;
  loaded: number;
  skipped: number;
  replaced: number;
  rejected: number;
  doubtful: number;
  aggregates: number;
  unknown: ReadonlyMap<string, number>;
  /** As nameOf() gives it; null in a rehearsal. */
  finalPath: string | null;
}

export async function writeLedger(db: ClientBase, run: string, rows: readonly LedgerRow[]): Promise<void> {
  await db.query({
    name: 'weather-load-ledger',
    text: `insert into file (run, id, claim, name, sha256, bytes, station, state, loaded, skipped, replaced,
                             rejected, doubtful, aggregates, unknown, final_path)
           select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
             $8::text[], $9::int[], $10::int[], $11::int[], $12::int[], $13::int[], $14::int[], $15::jsonb[],
             $16::text[])`,
    values: [
      run,
      rows.map(({ id }) => id),
      rows.map(({ claim }) => toText(claim)),
      rows.map(({ name }) => toText(name)),
      rows.map(({ sha256 }) => sha256),
      rows.map(({ bytes }) => bytes),
      rows.map(({ station }) => (station === null ? null : toText(station))),
      rows.map(({ state }) => state),
      rows.map(({ loaded }) => loaded),
      rows.map(({ skipped }) => skipped),
      rows.map(({ replaced }) => replaced),
      rows.map(({ rejected }) => rejected),
      rows.map(({ doubtful }) => doubtful),
      rows.map(({ aggregates }) => aggregates),
      rows.map(({ unknown }) => (unknown.size === 0 ? null : toJsonb(Object.fromEntries(unknown)))),
      rows.map(({ finalPath }) => (finalPath === null ? null : toText(finalPath))),
    ],
  });
}

/** Ledger ids for so many files. */
export async function takeFileIds(db: ClientBase, count: number): Promise<number[]> {
  const { rows } = await db.query<{ id: string }>({
    name: 'weather-load-ids',
    text: "select nextval(pg_get_serial_sequence('file', 'id')) as id from generate_series(1, $1::int)",
    values: [count],
  });
  return rows.map(({ id }) => Number(id));
}

/** One loader at a time writes observations: what it finds free stays free until it commits. */
export async function lockLoaders(db: ClientBase): Promise<void> {
  await db.query("select pg_advisory_xact_lock(hashtext('regie.weather.load'))");
}
