import type { ClientBase } from 'pg';
import { zoneOf } from '../../time/zone.ts';
import { writeTime } from './write-time.ts';

export interface StationRow {
  station: string;
  name: string | null;
  timezone: string;
  meanFrom: 'average' | 'instant';
  /** End of its first and of its last observation, station's local time; null while it has none. */
  first: string | null;
  last: string | null;
  /** Hours that wait to be aggregated. */
  waiting: number;
}

/** Every station, by code. Its cost does not depend on how much was observed. */
export async function stations(db: ClientBase): Promise<StationRow[]> {
  const { rows } = await db.query<{
    code: string;
    name: string | null;
    timezone: string;
    mean_from: 'average' | 'instant';
    first: Date | null;
    last: Date | null;
    waiting: number;
  }>(
    `select s.code, s.name, s.timezone, s.mean_from,
       (select o.stop from observation o where o.station_id = s.id order by o.stop limit 1) as first,
       (select o.stop from observation o where o.station_id = s.id order by o.stop desc limit 1) as last,
       (select count(distinct d.start)::int from dirty_hour d where d.station_id = s.id) as waiting
     from station s order by s.code`,
  );
  return rows.map((row) => {
    const local = (at: Date | null) => (at ? writeTime(at.getTime(), zoneOf(row.timezone)) : null);
    return {
      station: row.code,
      name: row.name,
      timezone: row.timezone,
      meanFrom: row.mean_from,
      first: local(row.first),
      last: local(row.last),
      waiting: row.waiting,
    };
  });
}
