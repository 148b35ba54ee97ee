import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observationColumns } from '../../../src/weather/measures.ts';
import type { Report } from '../../../src/task/kind.ts';
import { openLoader, type Loader } from './support.ts';

const data = fileURLToPath(new URL('../../../../shared/data/weather', import.meta.url));
const there = existsSync(data);
if (!there) console.warn(`no real data at ${data}: its tests are left out`);

interface Item {
  stop_dat: string;
  current?: Record<string, unknown>;
  valeurs?: Record<string, unknown>;
  aggregations?: unknown[];
  validation?: unknown[];
}

/** The real files, `<folder>/<name>`. */
function realFiles(): string[] {
  return ['MTG280', 'MTG320', 'one-per-file'].flatMap((folder) =>
    readdirSync(path.join(data, folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => `${folder}/${name}`),
  );
}

/** How many aggregates the stations' files carry: those that say more than for which level and start they are. */
function sentAggregates(): number {
  const items = realFiles().flatMap((file) => readEntries(file).flatMap(({ data: each }) => each));
  const sent = items.flatMap(({ aggregations = [], validation = [] }) => [...aggregations, ...validation]);
  return sent.filter((one) =>
    Object.keys(one as object).some((key) => key !== 'level' && key !== 'start_dat'),
  ).length;
}

function readEntries(file: string): { meteor: string; data: Item[] }[] {
  return JSON.parse(readFileSync(path.join(data, file), 'utf8')) as { meteor: string; data: Item[] }[];
}

describe.skipIf(!there)('the real files of the network', () => {
  let loader: Loader;
  let report: Report;

  beforeAll(async () => {
    loader = await openLoader();
    for (const name of realFiles()) {
      loader.put(name, readFileSync(path.join(data, name), 'utf8'));
    }
    report = await loader.run();
  });
  afterAll(() => loader?.close());

  it('load without loss but for the item of 2021-06-11T06:35 that stands twice', async () => {
    expect(report.counts).toEqual({
      files: 328,
      loaded: 5940,
      aggregates: sentAggregates(),
      // The mean rain rate of 2020-07-04, which the station has above its maximum, and its minutes.
      doubtful: 2,
      rejected: 1,
    });
    const incidents = await loader.query('select what, subject as file, reason from regie.incident');
    expect(incidents).toEqual([
      {
        what: 'items-refused',
        file: 'data/weather/archive/MTG280/2021/06/obs.currents.2021-06-11.json',
        reason: expect.stringContaining('entry 79, item 0 (2021-06-11T06:35:00)'),
      },
    ]);
  });

  it('hold every value as the files give it', async () => {
    const rows = await loader.query<Record<string, unknown>>(
      `select s.code, to_char(o.stop at time zone s.timezone, 'YYYY-MM-DD"T"HH24:MI:SS') as local, o.*
       from weather.observation o join weather.station s on s.id = o.station_id`,
    );
    const stored = new Map(rows.map((row) => [`${String(row['code'])} ${String(row['local'])}`, row]));
    const known = new Set(observationColumns.map(({ name }) => name));
    const found: unknown[] = [];
    for (const file of realFiles()) {
      const seen = new Set<string>();
      for (const { meteor, data: items } of readEntries(file)) {
        for (const { stop_dat, current, valeurs } of items) {
          const values = current ?? valeurs;
          // The second one of a stop is the one that is refused.
          if (!values || seen.has(stop_dat)) continue;
          seen.add(stop_dat);
          // One of them is written without seconds.
          const row = stored.get(`${meteor} ${stop_dat.padEnd(19, ':00')}`);
          for (const [key, value] of Object.entries(values)) {
            if (key === 'duration' || key === 'end_valeurs') continue;
            const there = row?.[key];
            const sent = there instanceof Date ? Date.parse(`${String(value)}+04:00`) : value;
            if (!known.has(key) || (there instanceof Date ? there.getTime() : there) !== sent) {
              found.push([file, stop_dat, key, value, there]);
            }
          }
        }
      }
    }
    expect(found.slice(0, 5)).toEqual([]);
  });
});
