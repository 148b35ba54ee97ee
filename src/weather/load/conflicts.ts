import type { ClientBase } from 'pg';
import { writeLocal } from '../local-time.ts';
import type { Observation } from './reading.ts';
import { positionOfParts, positionText, rejected, type Reject } from './reject.ts';

const MINUTE = 60_000;

/** What becomes of the observations of a group, decided in the order of arrival. */
export interface Verdict {
  /** Those that count as loaded, in the order of arrival. */
  accepted: Observation[];
  /** Those to insert: the accepted ones that no later one of the group replaces. */
  keep: Observation[];
  /** The accepted ones that take the place of an older observation. */
  replacing: Set<Observation>;
  /** Those that are there already, and were not meant to replace. */
  skipped: Observation[];
  /** Refused, and why. */
  refused: { observation: Observation; reason: Reject }[];
  /** Rows to delete first: stops (ms) by station. */
  outdated: { station: number; stop: number }[];
}

/** A period that is taken: by a row of the database, or by an observation of this group. */
interface Taken {
  start: number;
  stop: number;
  /** Absent when it is a row of the database. */
  observation?: Observation;
  /** The file that the row came from. */
  file?: { id: number; name: string };
}

/**
 * Holds the observations of a group against each other and against the database: one of a stop
 * that is there is skipped, or replaces it when it asks to, or when it came of the same file before that was complete; a second one of the same file is refused, like one
 * whose period overlaps another's. Where the group only adds to what is there, that is one cheap query.
 *
 * `fileIdOf`: the ledger id that an observation's file will have, to tell a repetition within one file.
 */
export async function judge(
  db: ClientBase,
  observations: readonly Observation[],
  fileIdOf: (observation: Observation) => number,
): Promise<Verdict> {
  const verdict: Verdict = {
    accepted: [],
    keep: [],
    replacing: new Set(),
    skipped: [],
    refused: [],
    outdated: [],
  };
  const byStation = new Map<number, Observation[]>();
  for (const observation of observations) {
    const list = byStation.get(observation.station.id);
    if (list) list.push(observation);
    else byStation.set(observation.station.id, [observation]);
  }
  const touched = await findTouched(db, byStation);
  const taken = touched.size > 0 ? await readTaken(db, byStation, touched) : new Map<number, Taken[]>();
  if (touched.size === 0 && [...byStation.values()].every(isDisjoint)) {
    // The common case keeps the order as it is.
    verdict.accepted = [...observations];
    verdict.keep = verdict.accepted;
    return verdict;
  }
  for (const [station, list] of byStation) {
    if (!touched.has(station) && isDisjoint(list)) {
      for (const each of list) {
        verdict.accepted.push(each);
        verdict.keep.push(each);
      }
    } else judgeStation(list, new Periods(taken.get(station) ?? []), verdict, fileIdOf);
  }
  return verdict;
}

/** Do the periods lie apart, whatever their order? */
function isDisjoint(list: readonly Observation[]): boolean {
  const apart = (sorted: readonly Observation[]) =>
    sorted.every((each, index) => index === 0 || each.start >= sorted[index - 1]!.stop);
  return apart(list) || apart([...list].sort((a, b) => a.stop - b.stop));
}

/** Stations that have rows within, or reaching into, the time that the group spans. */
async function findTouched(
  db: ClientBase,
  byStation: ReadonlyMap<number, readonly Observation[]>,
): Promise<Set<number>> {
  const spans = [...byStation].map(([station, list]) => {
    let start = Infinity;
    let stop = -Infinity;
    for (const each of list) {
      if (each.start < start) start = each.start;
      if (each.stop > stop) stop = each.stop;
    }
    return { station, start, stop };
  });
  // Rows do not overlap: of those that end after the span only the first can reach into it.
  const { rows } = await db.query<{ station: number }>({
    name: 'weather-load-touched',
    text: `select u.station
           from (select station, to_timestamp(start / 1000) as start, to_timestamp(stop / 1000) as stop
                 from unnest($1::int[], $2::float8[], $3::float8[]) a (station, start, stop)) u
           cross join lateral (
             select o.stop, o.duration from observation o
             where o.station_id = u.station and o.stop > u.start order by o.stop limit 1) first
           where first.stop <= u.stop or first.stop - first.duration * interval '1 minute' < u.stop`,
    values: [
      spans.map(({ station }) => station),
      spans.map(({ start }) => start),
      spans.map(({ stop }) => stop),
    ],
  });
  return new Set(rows.map(({ station }) => station));
}

/** The rows that any of these observations repeats or overlaps, by station. */
async function readTaken(
  db: ClientBase,
  byStation: ReadonlyMap<number, readonly Observation[]>,
  touched: ReadonlySet<number>,
): Promise<Map<number, Taken[]>> {
  const asked = [...touched].flatMap((station) => byStation.get(station) ?? []);
  const { rows } = await db.query<{
    station: number;
    stop: Date;
    duration: number;
    file_id: string;
    name: string | null;
  }>({
    name: 'weather-load-taken',
    text: `select distinct on (o.station_id, o.stop)
             o.station_id as station, o.stop, o.duration, o.file_id, f.name
           from (select station, to_timestamp(start / 1000) as start, to_timestamp(stop / 1000) as stop
                 from unnest($1::int[], $2::float8[], $3::float8[]) a (station, start, stop)) u
           cross join lateral (
             (select station_id, stop, duration, file_id from observation i
              where i.station_id = u.station and i.stop > u.start and i.stop <= u.stop)
             union all
             (select station_id, stop, duration, file_id from observation a
              where a.station_id = u.station and a.stop > u.stop order by a.stop limit 1)) o
           left join file f on f.id = o.file_id
           order by o.station_id, o.stop`,
    values: [
      asked.map(({ station }) => station.id),
      asked.map(({ start }) => start),
      asked.map(({ stop }) => stop),
    ],
  });
  const taken = new Map<number, Taken[]>();
  for (const row of rows) {
    const stop = row.stop.getTime();
    const period: Taken = {
      start: stop - row.duration * MINUTE,
      stop,
      file: { id: Number(row.file_id), name: row.name ?? '(unknown file)' },
    };
    const list = taken.get(row.station);
    if (list) list.push(period);
    else taken.set(row.station, [period]);
  }
  return taken;
}

function judgeStation(
  list: readonly Observation[],
  periods: Periods,
  verdict: Verdict,
  fileIdOf: (observation: Observation) => number,
): void {
  const kept = new Set<Observation>();
  for (const observation of list) {
    const same = periods.of(observation.stop);
    const other = periods.overlapping(observation, same);
    if (same && !observation.update && !isOfEarlierVersion(same, observation)) {
      if (isSameFile(same, observation, fileIdOf)) {
        verdict.refused.push({ observation, reason: explain(observation, same, true, 'duplicate') });
      } else {
        verdict.skipped.push(observation);
      }
    } else if (other) {
      verdict.refused.push({
        observation,
        reason: explain(observation, other, isSameFile(other, observation, fileIdOf), 'overlap'),
      });
    } else {
      if (same) {
        verdict.replacing.add(observation);
        if (same.observation) kept.delete(same.observation);
        else verdict.outdated.push({ station: observation.station.id, stop: same.stop });
        periods.remove(same);
      }
      periods.add({ start: observation.start, stop: observation.stop, observation });
      kept.add(observation);
      verdict.accepted.push(observation);
    }
  }
  for (const each of kept) verdict.keep.push(each);
}

/** Is a row of the half of a file that is whole now? */
function isOfEarlierVersion({ file }: Taken, { reading }: Observation): boolean {
  return file !== undefined && file.id === reading.before;
}

function isSameFile(
  same: Taken,
  observation: Observation,
  fileIdOf: (observation: Observation) => number,
): boolean {
  if (same.observation) return same.observation.reading === observation.reading;
  // A file larger than memory comes in parts: its earlier rows are in the database already.
  return same.file?.id === fileIdOf(observation);
}

function explain(
  observation: Observation,
  other: Taken,
  sameFile: boolean,
  what: 'duplicate' | 'overlap',
): Reject {
  const { zone, code } = observation.station;
  const local = (instant: number) => writeLocal(zone.toLocal(instant));
  const { source } = observation;
  const field = source?.field ?? 'stop_dat';
  const whose = sameFile
    ? `${other.observation ? positionText(other.observation.source ?? other.observation) : 'an earlier part'} of this file`
    : (other.file?.name ?? 'another file of this batch');
  const expected =
    what === 'duplicate'
      ? `each ${field} once in a file: ${code} has this one in ${whose}; set "${source ? 'replace' : 'update_me'}" to replace it`
      : `a period that overlaps no other: ${code} has (${local(other.start)}, ${local(other.stop)}] from ${whose}, ` +
        `this one is (${local(observation.start)}, ${local(observation.stop)}]`;
  const { entry, item, stopText } = observation;
  return rejected({
    what,
    ...positionOfParts(source ?? { entry, item }),
    stop: stopText,
    field,
    value: stopText,
    expected,
  });
}

/** Periods of one station that do not overlap, in order. */
class Periods {
  private readonly sorted: Taken[];

  constructor(sorted: Taken[]) {
    this.sorted = sorted;
  }

  of(stop: number): Taken | undefined {
    const found = this.sorted[this.after(stop - 1)];
    return found?.stop === stop ? found : undefined;
  }

  /** The first period, `except` left aside, that shares time with the observation's. */
  overlapping({ start, stop }: Observation, except: Taken | undefined): Taken | undefined {
    for (let index = this.after(start); index < this.sorted.length; index += 1) {
      const period = this.sorted[index]!;
      if (period.start >= stop) return undefined;
      if (period !== except) return period;
    }
    return undefined;
  }

  add(period: Taken): void {
    this.sorted.splice(this.after(period.stop), 0, period);
  }

  remove(period: Taken): void {
    this.sorted.splice(this.sorted.indexOf(period), 1);
  }

  /** Index of the first period that ends after an instant. */
  private after(instant: number): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]!.stop > instant) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
