import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sampleFiles } from '../../../src/weather/sample/make-sample.ts';
import { median, milliseconds, quantile } from '../../numbers.ts';
import type { GrowthSizes } from '../../options.ts';
import type { Section } from '../../report.ts';
import { onFreshInstallation, type Place } from '../installation.ts';
import type { Singles } from '../job.ts';
import { measure } from '../measure.ts';
import { makeHistory, station } from './history.ts';

/** Histories end here, so that month, year and all time hold as much as they can when the next day comes. */
const LAST = '2025-12-30';
const NEXT = '2025-12-31';
/** Statements are prepared and tables cached by then. */
const WARM_UP = 10;
/** Dearer at the end of ten years than of one day by at most this (issue: "Speed and growth"). */
const MOST = 1.5;

/** One observation at the end of a long history, beside one at the end of a day's. */
export async function measureLate(
  { history: days, singles }: GrowthSizes,
  place: Place,
  say: (line: string) => void,
): Promise<Section> {
  const folder = path.join(place.folder, 'singles');
  mkdirSync(folder);
  let left = singles + WARM_UP;
  for (const { name, text } of sampleFiles({ stations: [station], from: NEXT, days: 1, onePerFile: true })) {
    if (left-- > 0) writeFileSync(path.join(folder, name), text);
  }
  return onFreshInstallation(place, (short) =>
    onFreshInstallation(place, async (long) => {
      await makeHistory(short, { last: LAST, days: 1 }, place.signal);
      say(`making ${days} days of history`);
      await makeHistory(long, { last: LAST, days }, place.signal);
      say(`${singles} single observations after 1 day and after ${days} days, in turn`);
      const found = await measure({ what: 'singles', installations: [short, long], folder }, place.signal);
      const [afterDay, afterYears] = found.singles!.map(spread);
      return describe({ days, singles }, afterDay!, afterYears!);
    }),
  );
}

const spread = ({ load, aggregate }: Singles) => ({
  load: load.slice(WARM_UP),
  aggregate: aggregate.slice(WARM_UP),
  both: load.map((ms, i) => ms + aggregate[i]!).slice(WARM_UP),
});
type Settled = ReturnType<typeof spread>;

function describe(
  { days, singles }: { days: number; singles: number },
  afterDay: Settled,
  afterYears: Settled,
): Section {
  const row = (label: string, of: keyof Settled) => {
    const [short, long] = [afterDay[of], afterYears[of]];
    return [
      label,
      milliseconds(median(short)),
      milliseconds(quantile(short, 0.95)),
      milliseconds(median(long)),
      milliseconds(quantile(long, 0.95)),
      (median(long) / median(short)).toFixed(2),
    ];
  };
  const past = days < 365 ? `${days} days` : `${Math.round(days / 365.25)} years`;
  return {
    title: `Growth: one observation at the end of ${past} and of one day (${singles} each, in turn)`,
    head: ['', 'after one day', '95 %', `after ${past}`, '95 %', 'ratio'],
    rows: [row('load', 'load'), row('aggregate', 'aggregate'), row('load and aggregate', 'both')],
    notes: [
      `Medians. ${(days * 288).toLocaleString('en-US')} observations of one station, each from a file of its own in the ledger. ` +
        `The ratio should be ${MOST} at most.`,
    ],
    data: { days, afterDay, afterYears },
  };
}
