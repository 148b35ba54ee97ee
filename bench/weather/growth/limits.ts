import { enqueueAll } from '../../../src/weather/aggregate/dirty-hours.ts';
import { useSchema } from '../../../src/weather/weather-schema.ts';
import { rate, seconds } from '../../numbers.ts';
import type { GrowthSizes } from '../../options.ts';
import type { Section } from '../../report.ts';
import { checkpoint, onFreshInstallation, withPool, type Installation, type Place } from '../installation.ts';
import type { Measured } from '../job.ts';
import { measure } from '../measure.ts';
import { makeHistory, station } from './history.ts';

const LAST = '2025-12-31';

/** One change and what it took. */
interface Found {
  label: string;
  /** What looked at the observations again; absent where nothing was to be looked at. */
  check?: Measured;
  aggregate: Measured;
}

/** Recompute of a station-year after a limit change: one that few values break, one that takes a value of every hour. */
export async function measureLimits(
  { yearDays }: GrowthSizes,
  place: Place,
  say: (line: string) => void,
): Promise<Section> {
  return onFreshInstallation(place, async (installation) => {
    say(`making ${yearDays} days of one station`);
    await makeHistory(installation, { last: LAST, days: yearDays }, place.signal);
    const [few, half] = await quantiles(installation, [0.95, 0.5]);
    say('changing its limits');
    const found: Found[] = [];
    for (const [label, most] of [
      ['a limit that 5 % of the values break', few!],
      ['a limit that half of the values break', half!],
    ] as const) {
      const limits = { [station.code]: { out_temp: [-40, most] as const } };
      await checkpoint(installation.url);
      const check = await measure({ what: 'load', ...installation, limits }, place.signal);
      if (!check.counts!['rechecked'])
        throw new Error(
          `no value changed its place when out_temp was limited to ${most}: ${JSON.stringify(check.counts)}`,
        );
      found.push({ label, check, aggregate: await aggregateQueued(installation, place) });
    }
    await queueAll(installation);
    found.push({ label: 'every hour again', aggregate: await aggregateQueued(installation, place) });
    return describe(yearDays, found);
  });
}

async function aggregateQueued(installation: Installation, { signal }: Place): Promise<Measured> {
  const found = await measure({ what: 'aggregate', ...installation }, signal);
  if (!found.counts!['hours']) throw new Error('expected hours in the queue; found none');
  return found;
}

/** Values of out_temp below which so large a share of them lies. */
async function quantiles({ url }: Installation, shares: readonly number[]): Promise<number[]> {
  const { rows } = await withPool(url, (pool) =>
    pool.query<{ values: number[] }>(
      `select percentile_disc($1::float8[]) within group (order by out_temp) as values from weather.observation`,
      [shares],
    ),
  );
  return rows[0]!.values;
}

async function queueAll({ url }: Installation): Promise<void> {
  await withPool(url, async (pool) => {
    const db = await pool.connect();
    try {
      await useSchema(db, false);
      await enqueueAll(db);
    } finally {
      db.release();
    }
  });
}

function describe(days: number, found: readonly Found[]): Section {
  return {
    title: `Growth: recompute of one station, ${days} days (${(days * 288).toLocaleString('en-US')} observations), after a limit change`,
    head: ['', 'values moved', 'hours recomputed', 'check', 'aggregate', 'together', 'hours/s'],
    rows: found.map(({ label, check, aggregate }) => {
      const hours = aggregate.counts!['hours']!;
      return [
        label,
        check ? check.counts!['rechecked']!.toLocaleString('en-US') : '',
        hours.toLocaleString('en-US'),
        check ? seconds(check.ms) : '',
        seconds(aggregate.ms),
        seconds((check?.ms ?? 0) + aggregate.ms),
        rate((hours / aggregate.ms) * 1000),
      ];
    }),
    notes: [
      'The check is what a load does before its files when limits of the settings changed: it moves values between their columns and `doubtful`, and queues their hours.',
    ],
    data: { days, found },
  };
}
