import { rmSync } from 'node:fs';
import path from 'node:path';
import { deliver } from '../../../src/weather/sample/deliver-sample.ts';
import { parseDay } from '../../../src/time/dates.ts';
import { sampleFiles, sampleStations } from '../../../src/weather/sample/make-sample.ts';
import { mebibytes, percent, rate, seconds } from '../../numbers.ts';
import type { GrowthSizes } from '../../options.ts';
import type { Section } from '../../report.ts';
import { bareTable, makeBareTable, saveRows } from '../bare-copy.ts';
import { checkpoint, onFreshInstallation, withPool, type Installation, type Place } from '../installation.ts';
import type { Measured } from '../job.ts';
import { measure } from '../measure.ts';
import { checkAggregates, checkCopy, checkLoad } from '../rounds.ts';
import { archiveOf, inboxOf } from '../tasks.ts';

const FIRST = '2025-01-01';
const DAY = 86_400_000;
const PER_DAY = 288;
/** A year of files would take ten gigabytes: so many observations are on the disk at a time. */
const PORTION = 200_000;

/** Some days of the network. */
interface Portion {
  observations: number;
  endToEnd: Measured;
  copy: Measured;
}

/** Day files of a network over a year, loaded and aggregated in portions; beside bare COPY of the same rows. */
export async function measureNetwork(
  { stations, days }: GrowthSizes,
  place: Place,
  say: (line: string) => void,
): Promise<Section> {
  return onFreshInstallation(place, async (installation) => {
    const empty = await databaseSize(installation.url);
    const step = Math.max(1, Math.floor(PORTION / (stations * PER_DAY)));
    const portions: Portion[] = [];
    for (let day = 0; day < days; day += step) {
      const count = Math.min(step, days - day);
      say(`${stations} stations: day ${day + 1} to ${day + count} of ${days}`);
      portions.push(await measurePortion(installation, { stations, day, count }, place));
    }
    await checkAggregates(installation.url, {
      counts: { loaded: sum(portions, ({ observations }) => observations) },
    });
    const bytes = (await databaseSize(installation.url)) - empty;
    return describe({ stations, days }, portions, { bytes, tables: await tableSizes(installation.url) });
  });
}

async function measurePortion(
  { url, root }: Installation,
  { stations, day, count }: { stations: number; day: number; count: number },
  { folder, signal }: Place,
): Promise<Portion> {
  const from = parseDay(FIRST) + day * DAY;
  const delivered = await deliver(
    inboxOf(root),
    sampleFiles({
      stations: sampleStations(stations),
      from: new Date(from).toISOString().slice(0, 10),
      days: count,
    }),
  );
  await checkpoint(url);
  const endToEnd = await measure({ what: 'load and aggregate', url, root }, signal);
  checkLoad(endToEnd, { name: `${count} days of the network`, ...delivered });
  rmSync(archiveOf(root), { recursive: true });
  // Into an empty table each time: the disk would have to hold everything twice otherwise.
  const rows = path.join(folder, 'rows');
  await withPool(url, async (pool) => {
    await makeBareTable(pool);
    await saveRows(pool, rows, newest(count));
  });
  await checkpoint(url);
  const copy = await measure({ what: 'copy', url, rows, table: bareTable }, signal);
  await checkCopy(url, endToEnd);
  rmSync(rows);
  await withPool(url, (pool) => pool.query(`drop table ${bareTable}`));
  return { observations: delivered.observations, endToEnd, copy };
}

/** SQL of the observations of the last days; by the key of each station, for a scan would read all days before. */
const newest = (days: number) => `(
  select o.* from weather.station s
  cross join lateral (select max(stop) as stop from weather.observation where station_id = s.id offset 0) last
  cross join lateral (
    select * from weather.observation
    where station_id = s.id and stop > last.stop - interval '${days} days' order by stop offset 0
  ) o)`;

function describe(
  { stations, days }: Pick<GrowthSizes, 'stations' | 'days'>,
  portions: readonly Portion[],
  { bytes, tables }: { bytes: number; tables: Record<string, number> },
): Section {
  const row = (label: string, of: readonly Portion[], what: 'endToEnd' | 'copy') => {
    const ms = sum(of, (portion) => portion[what].ms);
    const server = of.map((portion) => portion[what].cpu.server);
    return [
      label,
      rate((sum(of, ({ observations }) => observations) / ms) * 1000),
      seconds(ms),
      what === 'copy' ? '' : percent(sum(of, ({ copy }) => copy.ms) / ms),
      seconds(sum(of, (portion) => portion[what].cpu.own)),
      server.includes(undefined) ? '' : seconds(server.reduce((total: number, ms) => total + ms!, 0)),
      what === 'copy' ? '' : mebibytes(Math.max(...of.map((portion) => portion[what].memoryPeak))),
    ];
  };
  const observations = sum(portions, (portion) => portion.observations);
  // The last one may be shorter, and its fixed costs weigh more.
  const whole = portions.filter((portion) => portion.observations === portions[0]!.observations);
  const sizes = Object.entries(tables).map(([table, size]) => `${table} ${mebibytes(size)}`);
  return {
    title: `Growth: ${stations} stations, ${days} days (${observations.toLocaleString('en-US')} observations)`,
    head: ['', 'observations/s', 'time', 'share of bare COPY', 'CPU', 'CPU of PostgreSQL', 'peak memory'],
    rows: [
      row('bare COPY', portions, 'copy'),
      row('load and aggregate', portions, 'endToEnd'),
      ...(whole.length > 1
        ? [
            row('its first portion', whole.slice(0, 1), 'endToEnd'),
            row('its last portion', whole.slice(-1), 'endToEnd'),
          ]
        : []),
    ],
    notes: [
      `Day files, in ${portions.length === 1 ? 'one portion' : `${portions.length} portions, one after the other, each in a new process`}; ` +
        'only loading and aggregating counts. Bare COPY of a portion goes into an empty table.',
      `The database grew by ${mebibytes(bytes)}, ${Math.round(bytes / observations)} bytes an observation with indexes and aggregates: ${sizes.join(', ')}.`,
    ],
    data: { stations, days, observations, bytes, tables, portions },
  };
}

async function databaseSize(url: string): Promise<number> {
  const { rows } = await withPool(url, (pool) =>
    pool.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes'),
  );
  return Number(rows[0]!.bytes);
}

/** Bytes of the largest tables, their indexes included. */
async function tableSizes(url: string): Promise<Record<string, number>> {
  const { rows } = await withPool(url, (pool) =>
    pool.query<{ name: string; bytes: string }>(
      `select relname as name, pg_total_relation_size(oid) as bytes from pg_class
       where relnamespace = 'weather'::regnamespace and relkind = 'r' order by 2 desc limit 3`,
    ),
  );
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, Number(bytes)]));
}

const sum = <T>(values: readonly T[], of: (value: T) => number) =>
  values.reduce((total, value) => total + of(value), 0);
