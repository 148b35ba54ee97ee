import type { Pool, PoolClient } from 'pg';
import { openPool } from '../../../src/store/connection.ts';
import type { Port, Report } from '../../../src/task/kind.ts';
import { aggregate } from '../../../src/weather/aggregate/run-aggregate.ts';
import { aggregateSettings } from '../../../src/weather/aggregate/aggregate-settings.ts';
import { freshDatabase } from '../../support/postgres.ts';
import { quietPort } from '../../support/quiet-port.ts';

/** A migrated database and one session on it, its search path set to `weather`. */
export interface WeatherDatabase {
  url: string;
  pool: Pool;
  db: PoolClient;
  close(): Promise<void>;
}

export async function weatherDatabase(): Promise<WeatherDatabase> {
  const { url, drop } = await freshDatabase();
  const pool = openPool(url);
  const db = await pool.connect();
  await db.query('set search_path to weather');
  return {
    url,
    pool,
    db,
    async close() {
      db.release();
      await pool.end();
      await drop();
    },
  };
}

export async function addStation(
  db: PoolClient,
  code: string,
  { timezone = 'Indian/Reunion', meanFrom = 'average' } = {},
): Promise<void> {
  await db.query('insert into station (code, timezone, mean_from) values ($1, $2, $3)', [
    code,
    timezone,
    meanFrom,
  ]);
}

/** Columns of `observation`; `stop` and other times are local to the station unless they carry an offset. */
export type Observed = { stop: string; duration?: number } & Record<string, number | string>;

/**
 * Writes observations straight into the table, replacing those of the same stop, and queues their hours: what the
 * loader does, without its rules.
 */
export async function observe(
  db: PoolClient,
  station: string,
  ...observations: readonly Observed[]
): Promise<void> {
  for (const { stop, duration = 5, ...values } of observations) {
    const columns = Object.keys(values);
    const bind = columns.map((c, i) => (c.endsWith('_time') ? toInstant(`$${i + 4}`) : `$${i + 4}::float8`));
    const text = `
      with s as (select * from station where code = $1), w as (
        insert into observation (station_id, stop, duration, file_id ${columns.map((c) => `, ${c}`).join('')})
        select id, ${toInstant('$2')}, $3, 1 ${bind.map((b) => `, ${b}`).join('')} from s
        on conflict (station_id, stop) do update
        set duration = excluded.duration ${columns.map((c) => `, ${c} = excluded.${c}`).join('')}
        returning station_id, stop)
      insert into dirty_hour (station_id, start)
      select w.station_id, date_trunc('hour', w.stop - interval '1 microsecond', s.timezone) from w, s`;
    await db.query(text, [station, stop, duration, ...Object.values(values)]);
  }
}

/** Deletes an observation and queues its hour. */
export async function forget(db: PoolClient, station: string, stop: string): Promise<void> {
  await db.query(
    `with s as (select * from station where code = $1), w as (
       delete from observation o using s where o.station_id = s.id and o.stop = ${toInstant('$2')} returning o.*)
     insert into dirty_hour (station_id, start)
     select w.station_id, date_trunc('hour', w.stop - interval '1 microsecond', s.timezone) from w, s`,
    [station, stop],
  );
}

/** A local time of station `s`, or one with an offset. */
const toInstant = (p: string) =>
  `case when ${p}::text ~ '([+-]\\d\\d(:?\\d\\d)?|Z)$' then ${p}::text::timestamptz else ${p}::text::timestamp at time zone s.timezone end`;

/** Runs `aggregate` as a task would; the port of an operator who neither stops nor traces it, unless told otherwise. */
export async function runAggregate(
  db: PoolClient,
  { batch, tmp = false, port = {} }: { batch?: number; tmp?: boolean; port?: Partial<Port> } = {},
): Promise<Report> {
  const report = await aggregate({
    task: 'svcAggregate',
    run: 'run/svcAggregate-test',
    nominal: new Date(),
    options: { tmp },
    settings: aggregateSettings.parse(batch === undefined ? {} : { batch }),
    // The domain asks nothing of the installation.
    config: {} as never,
    db,
    ...quietPort(),
    ...port,
  });
  await db.query('set search_path to weather');
  return report;
}

/** Every aggregate, in order, as text: equal databases give equal texts, to the last bit of each float. */
export async function aggregatesOf(db: PoolClient): Promise<string[]> {
  const { rows } = await db.query<{ row: string }>(
    'select a::text as row from weather.aggregate a order by station_id, level, start',
  );
  return rows.map(({ row }) => row);
}
