import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { PoolClient } from 'pg';
import { exclude, lift, listExclusions } from '../../../src/weather/quality/exclusions.ts';
import { observations } from '../../../src/weather/quality/observations-by-quality.ts';
import { useSchema } from '../../../src/weather/weather-schema.ts';
import { entryA, itemA, openLoader, type Loader } from '../load/support.ts';
import { runAggregate } from '../support/weather-database.ts';

let loader: Loader;
let db: PoolClient;
beforeAll(async () => {
  loader = await openLoader({ weather: { stations: { S1: { accept: ['humidity'] }, S2: {} } } });
  db = await loader.pool.connect();
  await useSchema(db, false);
});
afterAll(async () => {
  db.release();
  await loader.close();
});
beforeEach(() =>
  db.query(
    'truncate observation, dirty_hour, aggregate, station_aggregate, exclusion, regie.incident restart identity',
  ),
);

const day = (time: string) => `2021-06-11T${time}:00`;
let sent = 0;
async function load(station: string, ...items: unknown[]): Promise<void> {
  loader.put(`${(sent += 1)}.json`, [entryA(station, ...items)]);
  const { counts } = await loader.run();
  expect(counts).not.toHaveProperty('failed');
}

const by = 'ann@night';
const rain = { station: 's1', measures: ['rain'], by };

/** Local stops with the values of some columns, and what stands beside them. */
const rows = async (columns = 'rain') =>
  (
    await db.query<Record<string, unknown>>(
      `select to_char(stop at time zone 'Indian/Reunion', 'HH24:MI') as stop, ${columns}, doubtful, excluded
       from observation o order by o.station_id, o.stop`,
    )
  ).rows;
const plain = { doubtful: null, excluded: null };

it('moves all of a measure aside, (from, to], and lifting brings it back to where it belongs', async () => {
  const maximum = { out_temp_max: 21, out_temp_max_time: day('10:03') };
  await load(
    'S1',
    itemA(day('10:00'), { rain: 1, out_temp: 20 }),
    itemA(day('10:05'), { rain: 2, out_temp: 20, ...maximum }),
    itemA(day('10:10'), { rain: 500, out_temp: 99 }),
    itemA(day('10:15'), { rain: 4 }),
  );
  await load('S2', itemA(day('10:05'), { rain: 2 }));
  await db.query('truncate dirty_hour');
  const before = await rows('rain, out_temp, out_temp_max, out_temp_max_time');

  const done = await exclude(db, {
    station: 's1',
    measures: ['rain', 'out_temp'],
    from: day('10:00'),
    to: day('10:10'),
    reason: 'a bird',
    by,
  });
  expect(done).toMatchObject({ observations: 2, values: 5, hours: 1 });
  expect(done.exclusions).toMatchObject([
    { id: expect.any(Number), station: 'S1', from: day('10:00'), to: day('10:10'), reason: 'a bird', by },
    { liftedAt: null },
  ]);
  expect(await rows('rain, out_temp, out_temp_max, out_temp_max_time')).toMatchObject([
    { stop: '10:00', rain: 1, out_temp: 20, ...plain },
    {
      stop: '10:05',
      rain: null,
      out_temp: null,
      out_temp_max: null,
      out_temp_max_time: null,
      doubtful: null,
      excluded: { rain: 2, out_temp: 20, out_temp_max: 21, out_temp_max_time: '2021-06-11T06:03:00.000Z' },
    },
    { stop: '10:10', rain: null, doubtful: null, excluded: { rain: 500, out_temp: 99 } },
    { stop: '10:15', rain: 4, ...plain },
    { stop: '10:05', rain: 2, ...plain },
  ]);
  expect((await db.query('select start from dirty_hour')).rows).toEqual([
    { start: new Date('2021-06-11T10:00:00+04:00') },
  ]);

  const lifted = await lift(
    db,
    done.exclusions.map(({ id }) => id),
    'bob@day',
  );
  expect(lifted).toMatchObject({ values: 5, exclusions: [{ liftedBy: 'bob@day' }, {}] });
  expect(await rows('rain, out_temp, out_temp_max, out_temp_max_time')).toEqual(before);
  expect(await listExclusions(db)).toEqual([]);
  expect(await listExclusions(db, { all: true, station: 'S1' })).toHaveLength(2);
});

it('covers what arrives later, and what replaces; until it is lifted where no end is given', async () => {
  await exclude(db, { ...rain, from: '2021-06-11' });
  await load('S1', itemA(day('00:00'), { rain: 1 }), itemA(day('00:05'), { rain: 2, humidity: 80 }));
  await load('S1', itemA(day('00:05'), { rain: 3 }, { update_me: true }));
  expect(await rows()).toEqual([
    { stop: '00:00', rain: 1, ...plain },
    { stop: '00:05', rain: null, doubtful: null, excluded: { rain: 3 } },
  ]);
});

it('a value returns only when no exclusion covers it', async () => {
  await load('S1', itemA(day('10:00'), { rain: 1 }), itemA(day('10:05'), { rain: 2 }));
  const first = await exclude(db, { ...rain, from: '2021-06-11', to: '2021-06-11' });
  const second = await exclude(db, { ...rain, from: day('10:00'), to: day('11:00') });
  expect([first.values, second.values]).toEqual([2, 0]);
  expect((await lift(db, [first.exclusions[0]!.id], by)).values).toBe(1);
  expect((await rows()).map((row) => row['rain'])).toEqual([1, null]);
  await lift(db, [second.exclusions[0]!.id], by);
  expect((await rows()).map((row) => row['rain'])).toEqual([1, 2]);
});

it('aggregates follow', async () => {
  await load('S1', itemA(day('10:05'), { rain: 1 }), itemA(day('12:05'), { rain: 2, out_temp: 20 }));
  const total = async () => {
    await runAggregate(db);
    const { rows } = await db.query<{ sum: number | null }>(
      `select rain_sum as sum from aggregate where level in ('D', 'A') order by level`,
    );
    return rows.map(({ sum }) => sum);
  };
  expect(await total()).toEqual([3, 3]);
  const { exclusions } = await exclude(db, { ...rain, from: day('12:00'), to: day('13:00') });
  expect(await total()).toEqual([1, 1]);
  await lift(db, [exclusions[0]!.id], by);
  expect(await total()).toEqual([3, 3]);
});

it("a station's own aggregates do not bring back what is excluded", async () => {
  const send = () =>
    load('S2', {
      stop_dat: '2021-06-12T00:00:00',
      aggregations: [
        { level: 'H', start_dat: day('10:00'), rain_sum: 4, rain_rate_max: 9 },
        { level: 'H', start_dat: day('11:00'), rain_sum: 5 },
        { level: 'D', start_dat: day('00:00'), rain_sum: 9, etp_sum: 1 },
      ],
    });
  const sums = async () => {
    await runAggregate(db);
    const { rows } = await db.query<Record<string, unknown>>(
      `select level, to_char(start at time zone 'Indian/Reunion', 'HH24') as hour, rain_sum, rain_rate_max, etp_sum
       from aggregate where level in ('H', 'D') order by level desc, start`,
    );
    return rows.map((row) => Object.values(row));
  };
  await send();
  const before = await sums();
  expect(before).toEqual([
    ['H', '10', 4, 9, null],
    ['H', '11', 5, null, null],
    ['D', '00', 9, 9, 1],
  ]);
  const hour = await exclude(db, { ...rain, station: 'S2', from: day('10:00'), to: day('11:30') });
  expect(hour.hours).toBe(1);
  expect(await sums()).toEqual([
    ['H', '10', null, 9, null],
    ['H', '11', 5, null, null],
    ['D', '00', 5, 9, 1],
  ]);
  await exclude(db, { ...rain, station: 'S2', from: '2021-06-11', to: '2021-06-11' });
  const without = await sums();
  expect(without).toContainEqual(['D', '00', null, 9, 1]);
  await send();
  expect(await sums()).toEqual(without);
  await lift(
    db,
    (await listExclusions(db)).map(({ id }) => id),
    by,
  );
  expect(await sums()).toEqual(before);
});

it('every value has a quality: not checked, good, doubtful (accepted or not), excluded', async () => {
  await load(
    'S1',
    itemA(day('10:00'), { rain: 1, rx: 90, voltage: 12, voltage_max: 12.1, etp: 0.1 }),
    itemA(day('10:05'), { rain: 2, humidity: 120, out_temp: 99, wind: 3, wind_dir: 361 }),
  );
  await exclude(db, { ...rain, from: day('10:00') });
  const found = await observations(db, 'S1', { limit: 100 });
  expect(found.map(({ stop, key, value, quality }) => [stop.slice(11, 16), key, value, quality])).toEqual([
    ['10:00', 'rain', 1, 2],
    ['10:00', 'etp', 0.1, 1],
    ['10:00', 'rx', 90, 1],
    ['10:00', 'voltage', 12, 2],
    ['10:00', 'voltage_max', 12.1, 1],
    ['10:05', 'out_temp', 99, 3],
    ['10:05', 'humidity', 120, 3],
    ['10:05', 'rain', 2, 4],
    ['10:05', 'wind', 3, 2],
    ['10:05', 'wind_dir', 361, 3],
  ]);
  expect((await db.query('select humidity from observation order by stop desc limit 1')).rows).toEqual([
    { humidity: 120 },
  ]);
  const some = await observations(db, 's1', {
    from: day('10:00'),
    to: day('10:05'),
    measures: ['out_temp', 'rain'],
    qualities: [3, 4],
    limit: 1,
  });
  expect(some).toMatchObject([{ station: 'S1', duration: 5, key: 'out_temp', quality: 3 }]);
});

it.each([
  [{ from: 'monday' }, '"monday" is no date'],
  [{ from: '2021-06-11', to: '2021-06-10' }, 'the end "2021-06-10" is not after the start'],
  [{ from: day('10:00'), to: day('10:00') }, 'is not after the start'],
  [{ from: '2021', measures: ['heat'] }, 'There is no measure "heat"'],
  [{ from: '2021', station: 'S9' }, 'There is no station "S9"'],
])('%j is refused in words', async (asked, words) => {
  await expect(exclude(db, { ...rain, ...asked })).rejects.toThrow(words);
});

it('lifts all or nothing', async () => {
  const { exclusions } = await exclude(db, { ...rain, from: '2021' });
  const id = exclusions[0]!.id;
  await expect(lift(db, [id, 99], by)).rejects.toThrow('There is no exclusion 99');
  expect(await listExclusions(db)).toHaveLength(1);
  await lift(db, [id], by);
  await expect(lift(db, [id], by)).rejects.toThrow(`Exclusion ${id} was lifted already`);
});
