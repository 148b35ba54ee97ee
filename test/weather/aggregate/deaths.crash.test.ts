import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verify } from '../../../src/weather/aggregate/verify-aggregates.ts';
import { dice } from '../../support/killer/seed.ts';
import { everyNth } from '../../support/killer/sweep.ts';
import { aggregatesOf, observe, runAggregate, type WeatherDatabase } from '../support/weather-database.ts';
import { aggregatorDeaths, month, queueEverything, twoStations } from './deaths.ts';

const seeded = dice(import.meta.filename);
aggregatorDeaths(seeded, everyNth(5));

let weather: WeatherDatabase;
beforeEach(async () => {
  weather = await twoStations();
});
afterEach(() => weather.close());

test('a worker killed at any moment, and again: in the end the same, to the last bit', async () => {
  await observe(weather.db, 'S1', ...month);
  await observe(weather.db, 'S2', ...month);
  await runAggregate(weather.db);
  const undisturbed = await aggregatesOf(weather.db);

  await queueEverything(weather);
  const random = seeded('kill -9');
  for (const batches of [1, 10, 20]) await killAfter(batches, 15 * random());
  // Killed in the midst of it: some was done, some was not.
  const left = (await weather.db.query('select from dirty_hour')).rowCount!;
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(120 - 31);
  await runAggregate(weather.db);
  expect(await aggregatesOf(weather.db)).toEqual(undisturbed);
});

/** Starts a worker's process and kills it in the batch that follows so many, so many ms after it began. */
async function killAfter(batches: number, ms: number): Promise<void> {
  const script = fileURLToPath(new URL('../support/aggregate-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, weather.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    if (Number(line) < batches) continue;
    await sleep(ms);
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
