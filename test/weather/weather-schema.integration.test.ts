import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pool, PoolClient } from 'pg';
import { openPool } from '../../src/store/connection.ts';
import { observationColumns } from '../../src/weather/measures.ts';
import { ensureTwins, leaveSchema, renewTwins, useSchema } from '../../src/weather/weather-schema.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let pool: Pool;
let db: PoolClient;
beforeAll(async () => {
  database = await freshDatabase();
  pool = openPool(database.url);
  db = await pool.connect();
});
afterAll(async () => {
  db.release();
  await pool.end();
  await database.drop();
});

const columnsOf = async (schema: string, table: string) =>
  (
    await db.query<{ name: string; type: string }>(
      `select column_name as name, data_type as type from information_schema.columns
       where table_schema = $1 and table_name = $2 order by ordinal_position`,
      [schema, table],
    )
  ).rows;

it('observation has the columns of the measures, in their order', async () => {
  const types = { number: 'double precision', time: 'timestamp with time zone' };
  const expected = observationColumns.map(({ name, type }) => ({ name, type: types[type] }));
  const others = ['station_id', 'stop', 'duration', 'file_id', 'extra', 'doubtful', 'excluded'];
  const columns = await columnsOf('weather', 'observation');
  expect(columns.filter(({ name }) => !others.includes(name))).toEqual(expected);
});

describe('twins', () => {
  const relations = async (schema: string) =>
    (
      await db.query<{ name: string; kind: string }>(
        `select relname as name, relkind as kind from pg_class
         where relnamespace = $1::regnamespace and relkind in ('r', 'v') order by 1`,
        [schema],
      )
    ).rows;

  it('there is one of every table and view, empty but for the stations', async () => {
    await useSchema(db, false);
    await db.query("insert into station (code, timezone) values ('S1', 'UTC'), ('S2', 'UTC')");
    await db.query('insert into dirty_hour (station_id, start) values (1, now())');
    await ensureTwins(db);
    expect(await relations('weather_tmp')).toEqual(await relations('weather'));
    expect(await columnsOf('weather_tmp', 'observation')).toEqual(await columnsOf('weather', 'observation'));
    await useSchema(db, true);
    expect((await db.query('select code from station order by id')).rows).toEqual([
      { code: 'S1' },
      { code: 'S2' },
    ]);
    expect((await db.query('select 1 from dirty_hour')).rows).toEqual([]);
    const added = await db.query("insert into station (code, timezone) values ('S3', 'UTC') returning id");
    expect(added.rows).toEqual([{ id: 3 }]);
    await leaveSchema(db);
    expect((await db.query('select count(*)::int from weather.station')).rows).toEqual([{ count: 2 }]);
  });

  it('are left as they are, or made anew', async () => {
    await ensureTwins(db);
    expect((await db.query('select count(*)::int from weather_tmp.station')).rows).toEqual([{ count: 3 }]);
    await renewTwins(db);
    expect((await db.query('select count(*)::int from weather_tmp.station')).rows).toEqual([{ count: 2 }]);
  });
});
