import { expect, test } from 'vitest';
import { verify } from '../../../src/weather/aggregate/verify-aggregates.ts';
import type { Killer } from '../../support/killer/killer.ts';
import type { Dice } from '../../support/killer/seed.ts';
import { rehearse, sweep, type Choice } from '../../support/killer/sweep.ts';
import {
  addStation,
  aggregatesOf,
  observe,
  runAggregate,
  weatherDatabase,
  type Observed,
  type WeatherDatabase,
} from '../support/weather-database.ts';

/** A database with two stations. */
export async function twoStations(): Promise<WeatherDatabase> {
  const weather = await weatherDatabase();
  await addStation(weather.db, 'S1');
  await addStation(weather.db, 'S2', { timezone: 'Europe/Paris' });
  return weather;
}

/** An observation an hour, over a month's end, with values whose sums depend on their order. */
export const month: Observed[] = Array.from({ length: 60 }, (_, i) => ({
  stop: new Date(Date.UTC(2021, 4, 30, i, 35)).toISOString(),
  out_temp: 20 + Math.sin(i) / 3,
  wind_max: i % 7,
  wind_max_dir: (i * 22.5) % 360,
}));

/** As if nothing were aggregated yet. */
export async function queueEverything({ db }: WeatherDatabase): Promise<void> {
  await db.query('truncate aggregate, dirty_hour');
  await db.query(
    `insert into dirty_hour (station_id, start)
     select o.station_id, date_trunc('hour', stop, timezone) from observation o join station s on s.id = station_id`,
  );
}

/** The test of an aggregator that dies at moments of this choice. */
export function aggregatorDeaths(dice: Dice, choose: Choice): void {
  test('an aggregator that dies at a statement leaves nothing wrong and nothing out', async () => {
    const weather = await twoStations();
    const run = async ({ arm }: Killer) => {
      const db = await weather.pool.connect();
      try {
        arm();
        await runAggregate(db, { batch: 12 });
      } finally {
        db.release(true);
      }
    };
    try {
      for (const station of ['S1', 'S2']) await observe(weather.db, station, ...month);
      const moments = await rehearse(run, { database: 60 });
      const undisturbed = await aggregatesOf(weather.db);
      const mortal = {
        run,
        reset: () => queueEverything(weather),
        async recover() {
          await runAggregate(weather.db);
          expect(await aggregatesOf(weather.db)).toEqual(undisturbed);
        },
      };
      await sweep(mortal, choose(moments, dice('statements')), moments);
      expect(await verify(weather.db)).toMatchObject({ equal: true, wrong: 0, pending: 0, stations: 2 });
    } finally {
      await weather.close();
    }
  }, 300_000);
}
