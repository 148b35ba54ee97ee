import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare } from '../../../src/weather/compare/compare.ts';
import { openLoader, type Loader } from '../load/support.ts';
import { runAggregate } from '../support/weather-database.ts';

const data = fileURLToPath(new URL('../../../../shared/data/weather', import.meta.url));
const there = existsSync(data);
if (!there) console.warn(`no real data at ${data}: its tests are left out`);

describe.skipIf(!there)("our days beside the stations' own", () => {
  let loader: Loader;
  let db: PoolClient;

  beforeAll(async () => {
    loader = await openLoader();
    for (const folder of ['MTG280', 'MTG320', 'one-per-file']) {
      for (const name of readdirSync(path.join(data, folder)).filter((n) => n.endsWith('.json'))) {
        loader.put(`${folder}/${name}`, readFileSync(path.join(data, folder, name), 'utf8'));
      }
    }
    await loader.run();
    db = await loader.pool.connect();
    await runAggregate(db);
  });
  afterAll(async () => {
    db?.release();
    await loader?.close();
  });

  /** Which parts have a number that differs or is missing, and on which days. */
  async function wrong(station: string) {
    const { summary, values } = await compare(db, station, { level: 'D' });
    const parts = summary.filter((line) => line.verdict === 'differs');
    return {
      parts: new Set(parts.map(({ measure, part }) => `${measure} ${part}`)),
      days: new Set(values.map(({ start }) => start!.slice(0, 10))),
    };
  }

  test.each(['average', 'instant'])(
    'with means from %s values all agree but one known day',
    async (meanFrom) => {
      await db.query('update station set mean_from = $1', [meanFrom]);
      await runAggregate(db);
      expect(await wrong('MTG280')).toEqual({ parts: new Set(), days: new Set() });
      // On 12 May the station's observations give wind in km/h and its day in m/s.
      expect(await wrong('MTG320')).toEqual({
        parts: new Set(['wind mean', 'wind max']),
        days: new Set(['2021-05-12']),
      });
    },
  );

  test('16 days of validation, and those of the history that have observations', async () => {
    const { scopes, summary } = await compare(db, 'MTG320', { level: 'D' });
    expect(scopes).toEqual([
      { source: 'validation', level: 'D', buckets: 16, unobserved: 0 },
      { source: 'aggregation', level: 'D', buckets: 679, unobserved: 661 },
    ]);
    const compared = summary.find((line) => line.source === 'validation' && line.measure === 'out_temp');
    expect(compared).toMatchObject({ part: 'mean', buckets: 16, agree: 16, missing: 0 });
  });

  test('a value of ours that is changed is found', async () => {
    const { rowCount } = await db.query(
      `update aggregate set humidity_max = humidity_max + 1
       where level = 'D' and start = '2021-06-01T20:00:00Z'
         and station_id = (select id from station where code = 'MTG320')`,
    );
    expect(rowCount).toBe(1);
    const { values } = await compare(db, 'MTG320', { level: 'D', measures: ['humidity'], from: '2021-06' });
    expect(values.map(({ source, start, part, difference }) => [source, start, part, difference])).toEqual(
      ['validation', 'aggregation'].map((source) => [source, '2021-06-02T00:00:00', 'max', 1]),
    );
  });
});
