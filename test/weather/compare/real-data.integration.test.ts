import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare } from '../../../src/weather/compare/compare-aggregates.ts';
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

  /** Numbers that differ or are missing, each once for both sources. */
  async function wrong(station: string) {
    const { values } = await compare(db, station, { level: 'D' });
    return [
      ...new Set(values.map(({ start, measure, part }) => `${start!.slice(0, 10)} ${measure} ${part}`)),
    ];
  }

  test.each(['average', 'instant'])(
    'with means from %s values all days agree but for what is known',
    async (meanFrom) => {
      await db.query('update station set mean_from = $1', [meanFrom]);
      await runAggregate(db);
      expect(await wrong('MTG280')).toEqual([]);
      expect(await wrong('MTG320')).toEqual([
        // The station disagrees with itself.
        '2021-06-01 rain_omm sum',
        // Its window ends the next morning, of which there are no observations.
        '2021-06-14 rain_omm sum',
        // That day's observations give wind in km/h, its aggregate in m/s.
        '2021-05-12 wind mean',
        '2021-05-12 wind max',
        '2021-05-12 wind_omm mean',
      ]);
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
