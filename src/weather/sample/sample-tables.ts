import { writeLocal } from '../local-time.ts';
import { zoneOf } from '../../time/zone.ts';
import { deliver, type Delivery } from './deliver-sample.ts';
import type { SampleEntry } from './layouts.ts';
import { sampleFiles } from './make-sample.ts';

export interface FirstLookOptions {
  /** IANA; that of the two stations. */
  timezone?: string;
  /** Whole days, the last of them yesterday; 3 when left out. */
  days?: number;
  now?: Date;
}

const DAY = 86_400_000;

/** Codes of the stations of the first look, as in the example configuration. */
export const firstLookStations = ['DEMO01', 'DEMO02'] as const;

/**
 * The first thing a new installation loads: two stations, one of each layout, a file a day up to yesterday; among them
 * one item of each common fault, and a file that broke off in the middle.
 */
export async function writeFirstLook(
  inbox: string,
  { timezone = 'Indian/Reunion', days = 3, now = new Date() }: FirstLookOptions = {},
): Promise<Delivery> {
  const zone = zoneOf(timezone);
  const today = Math.floor(zone.toLocal(now.getTime()) / DAY) * DAY;
  const day = (ago: number) => writeLocal(today - ago * DAY).slice(0, 10);
  const stations = firstLookStations.map((code, i) => ({ code, timezone, altitude: i === 0 ? 1600 : 10 }));
  const files = [...sampleFiles({ stations, from: day(days), days })];
  const spoiled = files.find(({ name }) => name.includes(firstLookStations[0]) && name.includes(day(1)))!;
  spoiled.text = JSON.stringify(spoil(JSON.parse(spoiled.text) as SampleEntry[]));

  const broken = files.at(-1)!;
  const brokenOff = {
    name: broken.name.replace('obs.', 'obs.resent.'),
    text: broken.text.slice(0, Math.floor(broken.text.length / 3)),
  };
  return deliver(inbox, [...files, brokenOff]);
}

/** Faults that stations' files really have, one each, around midday. */
function spoil(entries: SampleEntry[]): SampleEntry[] {
  const noon = Math.floor(entries.length / 2);
  const values = (i: number) => entries[noon + i]!.data[0]!['current'] as Record<string, unknown>;
  const item = (i: number) => entries[noon + i]!.data[0]!;
  // Not a number where a number is due.
  values(0)['out_temp'] = 'abc';
  // A month that there is not.
  item(1)['stop_dat'] = String(item(1)['stop_dat']).replace(/^(\d{4})-\d\d/, '$1-13');
  delete item(1)['start_dat'];
  // A value that cannot be: kept, flagged, and left out of the aggregates.
  values(2)['humidity'] = values(2)['humidity_max'] = 260;
  // A key that nobody knows: kept and counted.
  values(3)['leaf_wetness'] = 7;
  // The same period twice in one file.
  return [...entries.slice(0, noon + 5), structuredClone(entries[noon + 4]!), ...entries.slice(noon + 5)];
}
