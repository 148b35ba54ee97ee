import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Progress } from '../../../src/task/kind.ts';
import { poll } from '../../../src/weather/aggregate/poll-changes.ts';
import { withFolderLock } from '../../../src/intake/folder-lock.ts';
import { LOADING } from '../../../src/weather/loading.ts';
import { renewTwins } from '../../../src/weather/weather-schema.ts';
import {
  addStation,
  aggregatesOf,
  observe,
  runAggregate,
  weatherDatabase,
  type WeatherDatabase,
} from '../support/weather-database.ts';

let weather: WeatherDatabase;
beforeEach(async () => {
  weather = await weatherDatabase();
  await addStation(weather.db, 'S1');
  await observe(
    weather.db,
    'S1',
    { stop: '2021-06-11T13:10:00', out_temp: 20 },
    { stop: '2021-06-11T14:10:00', out_temp: 21 },
    { stop: '2021-06-12T15:10:00', out_temp: 22 },
  );
});
afterEach(() => weather.close());

const looking = () => poll({ task: 't', settings: { batch: 1 }, config: {} as never, db: weather.db });

test('look counts the hours that wait, each once, and since when', async () => {
  const answer = await looking();
  expect(answer).toMatchObject({ work: true, waiting: [{ what: 'hours', count: 3 }] });
  expect(Date.parse(answer.waiting![0]!.oldest!)).toBeLessThanOrEqual(Date.now());

  await weather.db.query('set search_path to weather');
  await observe(weather.db, 'S1', { stop: '2021-06-11T13:15:00', out_temp: 20 });
  expect((await looking()).waiting).toMatchObject([{ count: 3 }]);

  await runAggregate(weather.db);
  expect(await looking()).toEqual({ work: false, waiting: [] });
});

test('a report of what was done; nothing to do is idle', async () => {
  const progress: Progress[] = [];
  const report = await runAggregate(weather.db, {
    batch: 2,
    port: { progress: (p) => void progress.push(p) },
  });
  expect(report).toEqual({
    outcome: 'done',
    changed: true,
    // The day that both batches touch counts twice.
    counts: { hours: 3, days: 2, months: 2, years: 2, stations: 1, removed: 0 },
    waiting: [],
  });
  expect(progress.map(({ done, total }) => [done, total])).toEqual([
    [2, 3],
    [3, 3],
  ]);
  expect(await runAggregate(weather.db)).toMatchObject({ outcome: 'idle', changed: false });
});

test('stop takes effect between batches; the rest waits', async () => {
  const report = await runAggregate(weather.db, { batch: 1, port: { shouldStop: async () => true } });
  expect(report).toMatchObject({ outcome: 'stopped', counts: { hours: 1 }, changed: true });
  expect(report.waiting).toMatchObject([{ what: 'hours', count: 2 }]);
});

test('while files are loaded it stays and takes the hours they bring', async () => {
  const loader = await weather.pool.connect();
  const progress: Progress[] = [];
  let running: ReturnType<typeof runAggregate> | undefined;
  await withFolderLock(loader, LOADING, tmpdir(), async () => {
    running = runAggregate(weather.db, { port: { progress: (p) => void progress.push(p) } });
    await vi.waitFor(() => expect(progress).toHaveLength(1));
    await loader.query('set search_path to weather');
    await observe(loader, 'S1', { stop: '2021-06-13T15:10:00', out_temp: 23 });
    await vi.waitFor(() => expect(progress).toHaveLength(2), 5_000);
  });
  expect(await running).toMatchObject({ outcome: 'done', counts: { hours: 4 } });
  loader.release();
});

test('while files are loaded it stops when it is told to', async () => {
  const loader = await weather.pool.connect();
  let asked = 0;
  const report = await withFolderLock(loader, LOADING, tmpdir(), () =>
    runAggregate(weather.db, { port: { shouldStop: async () => (asked += 1) > 2 } }),
  );
  expect(report).toMatchObject({ outcome: 'done', counts: { hours: 3 } });
  loader.release(true);
});

test('a cancelled run throws, what it had done stays done', async () => {
  const controller = new AbortController();
  const port = {
    signal: controller.signal,
    progress: () => controller.abort(new Error('cancelled by test')),
  };
  await expect(runAggregate(weather.db, { batch: 1, port })).rejects.toThrow('cancelled by test');
  expect((await looking()).waiting).toMatchObject([{ count: 2 }]);
});

test('traced: a line per station and level, with the buckets', async () => {
  const lines: string[] = [];
  const data: unknown[] = [];
  const trace = (text: string, more?: Record<string, unknown>) => {
    lines.push(text);
    data.push(more);
  };
  await runAggregate(weather.db, { port: { traced: true, trace } });
  expect(lines).toEqual([
    'S1 H: 3 recomputed, 2021-06-11T13:00:00 … 2021-06-12T15:00:00',
    'S1 D: 2 recomputed, 2021-06-11T00:00:00 … 2021-06-12T00:00:00',
    'S1 M: 1 recomputed, 2021-06-01T00:00:00',
    'S1 Y: 1 recomputed, 2021-01-01T00:00:00',
    'S1 A: 1 recomputed, all time',
  ]);
  expect(data[2]).toEqual({ station: 'S1', level: 'M', starts: ['2021-06-01T00:00:00'] });
});

test('a rehearsal aggregates the twins and leaves the true tables and their queue alone', async () => {
  await renewTwins(weather.db);
  await weather.db.query('set search_path to weather_tmp');
  await observe(weather.db, 'S1', { stop: '2021-06-11T13:10:00', out_temp: 99 });
  expect(await runAggregate(weather.db, { tmp: true })).toMatchObject({ counts: { hours: 1 } });
  const twin = await weather.db.query(`select out_temp_sum from weather_tmp.aggregate where level = 'A'`);
  expect(twin.rows).toEqual([{ out_temp_sum: 495 }]);
  expect(await aggregatesOf(weather.db)).toEqual([]);
  expect((await looking()).waiting).toMatchObject([{ count: 3 }]);
});
