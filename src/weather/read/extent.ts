import type { ClientBase } from 'pg';
import type { Level } from '../measures.ts';
import type { KnownStation } from './find-by-name.ts';
import { bucketEnd } from './bucket-period.ts';
import { spellTime, writeTime } from './write-time.ts';

/** Instants, ms. */
export interface Extent {
  start: number;
  end: number;
}

/** From where to where a station has observations (`O`) or aggregates of a level; undefined when it has none. */
export async function extentOf(
  db: ClientBase,
  { id, zone }: KnownStation,
  level: 'O' | Exclude<Level, 'A'>,
): Promise<Extent | undefined> {
  const { rows } =
    level === 'O'
      ? await db.query<{ first: Date | null; last: Date | null }>(
          'select min(stop) as first, max(stop) as last from observation where station_id = $1',
          [id],
        )
      : await db.query<{ first: Date | null; last: Date | null }>(
          'select min(start) as first, max(start) as last from aggregate where station_id = $1 and level = $2',
          [id, level],
        );
  const { first, last } = rows[0]!;
  if (!first || !last) return undefined;
  return {
    start: first.getTime(),
    end: level === 'O' ? last.getTime() : bucketEnd(level, last.getTime(), zone),
  };
}

/** `MTG320 has days from 2021-05-29T00:00:00 to 2021-06-15T00:00:00`, or that it has none. */
export async function describeExtent(
  db: ClientBase,
  station: KnownStation,
  level: 'O' | Exclude<Level, 'A'>,
): Promise<string> {
  const extent = await extentOf(db, station, level);
  const what = { O: 'observations', H: 'hours', D: 'days', M: 'months', Y: 'years' }[level];
  if (!extent) return `${station.code} has no ${what} at all`;
  const time = (instant: number) => spellTime(writeTime(instant, station.zone));
  return `${station.code} has ${what} from ${time(extent.start)} to ${time(extent.end)}`;
}
