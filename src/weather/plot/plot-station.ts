import type { ClientBase } from 'pg';
import { periodStart } from '../local-time.ts';
import type { Zone } from '../../time/zone.ts';
import { aggregateMeasures } from '../measures.ts';
import { describeExtent, extentOf } from '../read/extent.ts';
import { findLevel, findMeasures, findStation, type KnownStation } from '../read/find-by-name.ts';
import { NoData } from '../read/no-data.ts';
import { bucketEnd, type Period } from '../read/bucket-period.ts';
import { momentsBetween, type Dates } from '../read/range.ts';
import { spellTime, writeTime } from '../read/write-time.ts';
import { everyBucket } from './labels.ts';
import type { PlotLevel } from './buckets.ts';
import { chosenPanels, usualPanels } from './panels.ts';
import { compose, type Picture } from './picture.ts';

/** Between which dates, all that the station has when left out, and: */
export interface PlotOptions extends Dates {
  /** H, D, M or Y; hours for up to ten days, days for up to three years, else months when left out. */
  level?: string;
  /** Names, climatology values as `<m>_omm`; the usual panels when empty. */
  measures?: readonly string[];
}

export interface Plotted extends Picture {
  title: string;
  /** What the values are, period and zone. */
  subtitle: string;
  station: string;
  level: PlotLevel;
  /** Station's local time. */
  from: string;
  to: string;
}

const DAY = 86_400_000;

/**
 * A picture of a station's aggregates, panels below one another over local time. Throws `NotFound` for a station, level
 * or measure there is none of, RangeError for dates that are none or too many buckets, `NoData` for a period without any.
 */
export async function plot(
  db: ClientBase,
  code: string,
  { level: name, measures = [], ...dates }: PlotOptions = {},
): Promise<Plotted> {
  const station = await findStation(db, code);
  const chosen = measures.length === 0 ? undefined : findMeasures(measures, aggregateMeasures);
  const asked = name === undefined ? undefined : plotLevel(name);
  const given = await periodOf(db, station, dates);
  const level = asked ?? suitableLevel(given);
  const period = wholeBuckets(level, given, station.zone);
  await refuseEmpty(db, station, level, period);
  const panels = chosen
    ? await chosenPanels(db, station, level, period, chosen)
    : await usualPanels(db, station, level, period);
  const title = await titleOf(db, station);
  const local = { from: writeTime(period.start, station.zone), to: writeTime(period.end, station.zone) };
  const subtitle = `${everyBucket[level]} values, ${spellPeriod(period, station.zone)}, local time ${spellZone(station.zone, period)}`;
  return { title, subtitle, station: station.code, level, ...local, ...compose(title, subtitle, panels) };
}

function plotLevel(name: string): PlotLevel {
  const level = findLevel(name);
  if (level === 'A') throw new RangeError('level A is one bucket, all time: a picture needs H, D, M or Y');
  return level;
}

async function periodOf(db: ClientBase, station: KnownStation, dates: Dates): Promise<Period> {
  const { start, end } = momentsBetween(dates, station.zone);
  const all = await extentOf(db, station, 'D');
  const from = Number.isFinite(start) ? start : Math.min(all?.start ?? 0, end);
  return { start: from, end: Number.isFinite(end) ? end : Math.max(all?.end ?? 0, from) };
}

/** What is drawn begins and ends with a bucket, so that panels, rose and words speak of the same time. */
function wholeBuckets(level: PlotLevel, { start, end }: Period, zone: Zone): Period {
  const last = periodStart(level, Math.max(end - 1, start), zone);
  return { start: periodStart(level, start, zone), end: bucketEnd(level, last, zone) };
}

function suitableLevel({ start, end }: Period): PlotLevel {
  const days = (end - start) / DAY;
  if (days <= 10) return 'H';
  return days <= 3 * 366 ? 'D' : 'M';
}

async function refuseEmpty(
  db: ClientBase,
  station: KnownStation,
  level: PlotLevel,
  { start, end }: Period,
): Promise<void> {
  const { rowCount } = await db.query(
    'select from aggregate where station_id = $1 and level = $2 and start >= $3 and start < $4 limit 1',
    [station.id, level, new Date(start), new Date(end)],
  );
  if (rowCount) return;
  throw new NoData(`There is nothing to show in that period: ${await describeExtent(db, station, level)}.`);
}

/** `MTG320 Saint-Paul`. */
export async function titleOf(db: ClientBase, { id, code }: KnownStation): Promise<string> {
  const { rows } = await db.query<{ name: string | null }>('select name from station where id = $1', [id]);
  const name = rows[0]?.name;
  return name ? `${code} ${name}` : code;
}

/** `2021-05-29 to 2021-06-14`, both included; with times where it begins or ends within a day. */
export function spellPeriod({ start, end }: Period, zone: Zone): string {
  const [from, to] = [writeTime(start, zone), writeTime(end, zone)];
  const wholeDays = [from, to].every((time) => time.slice(11, 19) === '00:00:00');
  const [first, last] = wholeDays
    ? [from.slice(0, 10), writeTime(end - 1, zone).slice(0, 10)]
    : [from, to].map(spellTime);
  return first === last ? first! : `${first} to ${last}`;
}

/** `Indian/Reunion (UTC+4)`; both offsets where clocks change in between. */
export function spellZone(zone: Zone, { start, end }: Period): string {
  const offsets = [...new Set([zone.offsetAt(start), zone.offsetAt(end - 1)])].map((offset) => {
    const hours = Math.abs(offset) / 3_600_000;
    const minutes = Math.round((hours % 1) * 60);
    return `UTC${offset < 0 ? '−' : '+'}${Math.trunc(hours)}${minutes ? `:${String(minutes).padStart(2, '0')}` : ''}`;
  });
  return `${zone.name} (${offsets.join(', ')})`;
}
