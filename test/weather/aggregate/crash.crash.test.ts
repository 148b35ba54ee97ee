import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verify } from '../../../src/weather/aggregate/verify.ts';
import {
  addStation,
  aggregatesOf,
  observe,
  runAggregate,
  weatherDatabase,
  type Observed,
  type WeatherDatabase,
} from '../support/weather-database.ts';

let weather: WeatherDatabase;
beforeEach(async () => {
  weather = await weatherDatabase();
  await addStation(weather.db, 'S1');
  await addStation(weather.db, 'S2', { timezone: 'Europe/Paris' });
});
afterEach(() => weather.close());

/** An observation an hour, over a month's end, with values whose sums depend on their order. */
const month: Observed[] = Array.from({ length: 60 }, (_, i) => ({
  stop: new Date(Date.UTC(2021, 4, 30, i, 35)).toISOString(),
  out_temp: 20 + Math.sin(i) / 3,
  wind_max: i % 7,
  wind_max_dir: (i * 22.5) % 360,
}));

async function queueEverything(): Promise<void> {
  await weather.db.query('truncate aggregate, dirty_hour');
  await weather.db.query(
    `insert into dirty_hour (station_id, start)
     select o.station_id, date_trunc('hour', stop, timezone) from observation o join station s on s.id = station_id`,
  );
}

test('a worker killed at any moment, and again: in the end the same, to the last bit', async () => {
  await observe(weather.db, 'S1', ...month);
  await observe(weather.db, 'S2', ...month);
  await runAggregate(weather.db);
  const undisturbed = await aggregatesOf(weather.db);

  await queueEverything();
  for (const batches of [1, 10, 20]) await killAfter(batches);
  // Killed in the midst of it: some was done, some was not.
  const left = (await weather.db.query('select from dirty_hour')).rowCount!;
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(120 - 31);
  await runAggregate(weather.db);
  expect(await aggregatesOf(weather.db)).toEqual(undisturbed);
});

/** Starts a worker's process and kills it somewhere in the batch that follows so many. */
async function killAfter(batches: number): Promise<void> {
  const script = fileURLToPath(new URL('../support/aggregate-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, weather.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    if (Number(line) < batches) continue;
    await sleep(Math.random() * 15);
    child.kill('SIGKILL');
    break;
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

test('two aggregators at once, while observations arrive', async () => {
  await observe(weather.db, 'S1', ...month);
  await observe(weather.db, 'S2', ...month);
  const [one, two, loader] = await Promise.all([
    weather.pool.connect(),
    weather.pool.connect(),
    weather.pool.connect(),
  ]);
  try {
    await loader.query('set search_path to weather');
    const changed = month.slice(0, 40).map((o) => ({ ...o, out_temp: 10 }));
    const reports = await Promise.all([
      runAggregate(one, { batch: 7 }),
      runAggregate(two, { batch: 5 }),
      observe(loader, 'S1', ...changed),
    ]);
    expect(reports[0].counts['hours']! + reports[1].counts['hours']!).toBeGreaterThanOrEqual(120);
  } finally {
    for (const each of [one, two, loader]) each.release();
  }
  await runAggregate(weather.db);
  expect(await verify(weather.db)).toMatchObject({ equal: true, wrong: 0, pending: 0, stations: 2 });
});
