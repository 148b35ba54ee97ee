import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { poll } from '../../../src/weather/load/poll-inbox.ts';
import { weatherSchema, weatherSection } from '../../../src/weather/weather-settings.ts';
import { useSchema } from '../../../src/weather/weather-schema.ts';
import { exclude, lift, type NewExclusion } from '../../../src/weather/quality/exclusions.ts';
import { entryA, itemA, openLoader, type Loader } from '../load/support.ts';
import { withSection } from '../../support/bare-config.ts';

let loader: Loader;
let fresh: Loader;
beforeAll(async () => {
  [loader, fresh] = [await openLoader(), await openLoader()];
});
afterAll(async () => {
  await loader.close();
  await fresh.close();
});
const EMPTY =
  'truncate weather.station, weather.observation, weather.dirty_hour, weather.exclusion restart identity';
beforeEach(async () => {
  for (const each of [loader, fresh]) await each.pool.query(EMPTY);
});

const configure = (each: Loader, S1: unknown) => {
  each.config = withSection(each.config, weatherSection, weatherSchema.parse({ stations: { S1, S2: {} } }));
};
const observationsOf = (each: Loader) =>
  each.query(
    `select station_id, to_jsonb(o) - 'file_id' as row from weather.observation o order by 1, o.stop`,
  );
const dirty = async (each: Loader) =>
  (
    await each.query<{ start: string }>(
      `select distinct to_char(start at time zone 'Indian/Reunion', 'YYYY-MM-DD HH24') as start
       from weather.dirty_hour order by 1`,
    )
  ).map(({ start }) => start);
const looked = async () => {
  const db = await loader.pool.connect();
  try {
    return await poll({ task: 'svcLoadJson', settings: loader.settings, config: loader.config, db });
  } finally {
    db.release();
  }
};

const day = (time: string) => `2021-06-11T${time}:00`;
const items = [
  itemA('2020-12-31T23:55:00', { out_temp: 33, out_temp_avg: 32 }),
  itemA(day('10:00'), { out_temp: 20, humidity: 50 }),
  itemA(day('11:00'), { out_temp: 31, out_temp_max: 36, out_temp_max_time: day('10:58'), humidity: 120 }),
  itemA(day('12:00'), { out_temp: 20, out_temp_min: 22, out_temp_max: 25 }),
  itemA(day('13:00'), { out_temp: 60, out_temp_s: 300 }),
];

describe('limits and accept that change', () => {
  it('move values between column and doubtful, and queue the hours of those alone', async () => {
    configure(loader, {});
    loader.put('1.json', [entryA('S1', ...items)]);
    loader.put('2.json', [entryA('S2', itemA(day('11:00'), { out_temp: 40 }))]);
    await loader.run();
    expect(await looked()).toEqual({ work: false, waiting: [] });
    await loader.pool.query('truncate weather.dirty_hour');

    configure(loader, { limits: { out_temp: [-5, 30] }, accept: ['humidity'] });
    expect(await looked()).toEqual({
      work: true,
      waiting: [{ what: 'stations with other limits', count: 1 }],
    });
    const report = await loader.run();
    // Two of December, two and a time of 11:00; 120 % returns to its column; the rest is as it was.
    expect(report).toMatchObject({ outcome: 'done', changed: true, counts: { files: 0, rechecked: 5 } });
    expect(await dirty(loader)).toEqual(['2020-12-31 23', '2021-06-11 10']);
    expect(await looked()).toEqual({ work: false, waiting: [] });
    expect(await loader.run()).toMatchObject({ outcome: 'idle', changed: false });

    configure(fresh, { limits: { out_temp: [-5, 30] }, accept: ['humidity'] });
    fresh.put('1.json', [entryA('S1', ...items)]);
    fresh.put('2.json', [entryA('S2', itemA(day('11:00'), { out_temp: 40 }))]);
    await fresh.run();
    expect(await observationsOf(loader)).toEqual(await observationsOf(fresh));
  });

  it('a database from before rules were recorded is checked once', async () => {
    configure(loader, {});
    loader.put('1.json', [entryA('S1', ...items)]);
    await loader.run();
    const before = await observationsOf(loader);
    await loader.pool.query('update weather.station set checks = null');
    expect((await loader.run()).counts).toMatchObject({ rechecked: 0 });
    expect(await observationsOf(loader)).toEqual(before);
    expect((await looked()).work).toBe(false);
  });

  it('stopped or killed between years, the next run begins that station again', async () => {
    configure(loader, {});
    loader.put('1.json', [entryA('S1', ...items)]);
    await loader.run();
    configure(loader, { limits: { out_temp: [-5, 30] } });
    let asked = 0;
    const stopped = await loader.run({ shouldStop: () => (asked += 1) > 1 });
    expect(stopped).toMatchObject({ outcome: 'stopped', changed: true, counts: { rechecked: 2 } });
    expect((await looked()).work).toBe(true);
    // Killed: the session ends where it is.
    const end = new AbortController();
    end.abort(new Error('killed'));
    await expect(loader.run({ signal: end.signal })).rejects.toThrow('killed');
    expect((await loader.run()).counts).toMatchObject({ rechecked: 2 });
    configure(fresh, { limits: { out_temp: [-5, 30] } });
    fresh.put('1.json', [entryA('S1', ...items)]);
    await fresh.run();
    expect(await observationsOf(loader)).toEqual(await observationsOf(fresh));
  });

  it('a loader that read files by the old limits cannot write them', async () => {
    configure(loader, {});
    loader.put('1.json', [entryA('S1', ...items)]);
    const report = loader.run({
      // After the run has read its stations and files, before it writes, another configuration takes hold.
      onSession: (db) => {
        const query = db.query.bind(db) as (...args: unknown[]) => unknown;
        const change = `update weather.station set checks = checks - 'rain'`;
        db.query = ((...args: unknown[]) => {
          if (!String(args[0]).includes("'regie.weather.load'")) return query(...args);
          // The session goes back to the pool as it was.
          Reflect.deleteProperty(db, 'query');
          return loader.pool.query(change).then(() => query(...args));
        }) as never;
      },
    });
    await expect(report).rejects.toThrow('the limits of S1 changed while files were read');
    expect(await observationsOf(loader)).toEqual([]);
    expect((await loader.run()).counts).toMatchObject({ loaded: 5 });
  });
});

const values = fc.record(
  {
    out_temp: fc.integer({ min: -3, max: 12 }),
    out_temp_avg: fc.integer({ min: -3, max: 12 }),
    out_temp_s: fc.integer({ min: -20, max: 60 }),
    out_temp_max: fc.integer({ min: -3, max: 12 }),
    out_temp_max_time: fc.constant(day('09:59')),
    out_temp_min: fc.integer({ min: -3, max: 12 }),
    rain: fc.integer({ min: -1, max: 12 }),
    rx: fc.integer({ min: 0, max: 3 }),
    rx_max: fc.integer({ min: 0, max: 3 }),
    wind: fc.integer({ min: -1, max: 12 }),
    wind_max: fc.integer({ min: -1, max: 12 }),
    wind_max_dir: fc.integer({ min: 350, max: 365 }),
    wind_max_time: fc.constant(day('09:58')),
    humidity: fc.integer({ min: -3, max: 12 }),
  },
  { requiredKeys: [] },
);
const limit = fc.tuple(fc.integer({ min: -2, max: 4 }), fc.integer({ min: 4, max: 11 }));
const limits = fc.record({ out_temp: limit, rain: limit, wind: limit, rx: limit }, { requiredKeys: [] });
const settings = fc.record({
  limits,
  dayLimits: limits,
  accept: fc.subarray(['out_temp', 'wind', 'humidity']),
});
const exclusion = fc.record({
  measures: fc.subarray(['out_temp', 'rain', 'wind'], { minLength: 1 }),
  from: fc.constantFrom(...[0, 1, 2, 3].map((hour) => day(`0${hour}:00`))),
  to: fc.constantFrom(...[4, 5, 6].map((hour) => day(`0${hour}:00`))),
});

it('whatever was loaded, excluded, lifted and limited in between, all stands where a fresh load puts it', async () => {
  const observed = fc.array(fc.record({ current: values, duration: fc.constantFrom(5, 30, 180) }), {
    minLength: 1,
    maxLength: 6,
  });
  const story = fc.array(
    fc.oneof(fc.record({ settings }), fc.record({ exclusion }), fc.record({ lift: fc.nat(5) })),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(observed, settings, story, async (list, first, steps) => {
      for (const each of [loader, fresh]) await each.pool.query(EMPTY);
      const file = list.map(({ current, duration }, i) => {
        // Periods of three hours at most, an end every three.
        const stop = new Date(Date.UTC(2021, 5, 11, 3 * i)).toISOString().slice(0, 19);
        return itemA(stop, { ...current, duration });
      });
      const inForce = new Map<number, NewExclusion>();
      let last = first;
      configure(loader, first);
      loader.put('1.json', [entryA('S1', ...file)]);
      await loader.run();
      const db = await loader.pool.connect();
      await useSchema(db, false);
      try {
        for (const step of steps) {
          if ('settings' in step) {
            configure(loader, (last = step.settings));
            await loader.run();
          } else if ('exclusion' in step) {
            const asked = { station: 'S1', by: 'ann', ...step.exclusion };
            const { exclusions } = await exclude(db, asked);
            exclusions.forEach(({ id, measure }) => inForce.set(id, { ...asked, measures: [measure] }));
          } else {
            const id = [...inForce.keys()][step.lift % Math.max(inForce.size, 1)];
            if (id === undefined) continue;
            await lift(db, [id], 'ann');
            inForce.delete(id);
          }
        }
      } finally {
        db.release();
      }
      // The same with what is in force now there first.
      configure(fresh, last);
      await fresh.run();
      const other = await fresh.pool.connect();
      await useSchema(other, false);
      for (const asked of inForce.values()) await exclude(other, asked);
      other.release();
      fresh.put('1.json', [entryA('S1', ...file)]);
      await fresh.run();
      expect(await observationsOf(loader)).toEqual(await observationsOf(fresh));
    }),
    { numRuns: 25 },
  );
}, 120_000);
