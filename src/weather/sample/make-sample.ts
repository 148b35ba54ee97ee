import { parseDay } from '../../time/dates.ts';
import { writeLocal } from '../local-time.ts';
import { zoneOf } from '../../time/zone.ts';
import type { SampleStation } from './climate.ts';
import { observeDay } from './instruments.ts';
import { entriesOf, type Layout } from './layouts.ts';

export interface SampleOptions {
  stations: readonly SampleStation[];
  /** First local day, `2026-06-01`. */
  from: string;
  days: number;
  /** Layout of all stations; when left out they take turns, A first. */
  layout?: Layout;
  /** A file per observation, as stations send them, instead of a file per day. */
  onePerFile?: boolean;
  /** The same seed gives the same weather; 1 when left out. */
  seed?: number;
}

export interface SampleFile {
  /** Name in the inbox: `obs.SIM01.2026-06-01.json`. */
  name: string;
  text: string;
  observations: number;
}

const DAY = 86_400_000;

/** `SIM01`, `SIM02`, …: stations from the coast up to 1,500 m. */
export function sampleStations(count: number, timezone = 'Indian/Reunion'): SampleStation[] {
  const width = Math.max(2, String(count).length);
  return Array.from({ length: count }, (_, i) => ({
    code: `SIM${String(i + 1).padStart(width, '0')}`,
    timezone,
    altitude: 20 + ((i * 370) % 1500),
  }));
}

/**
 * Simulated files of some stations over some days, day by day as they would arrive. Nothing is kept in memory but one
 * station's day. Throws RangeError when `from` is no day.
 */
export function* sampleFiles(options: SampleOptions): Generator<SampleFile> {
  const { stations, from, days, layout, onePerFile = false, seed = 1 } = options;
  const first = parseDay(from);
  for (let midnight = first; midnight < first + days * DAY; midnight += DAY) {
    for (const [i, station] of stations.entries()) {
      const zone = zoneOf(station.timezone);
      const own = layout ?? (i % 2 === 0 ? 'A' : 'B');
      const observations = [...observeDay(station, zone, midnight, seed)];
      const groups = onePerFile ? observations.map((o) => [o]) : [observations];
      for (const group of groups) {
        const when = onePerFile
          ? writeLocal(zone.toLocal(group[0]!.stop)).slice(0, 16).replace(':', '-')
          : writeLocal(midnight).slice(0, 10);
        yield {
          name: `obs.${station.code}.${when}.json`,
          text: JSON.stringify(entriesOf(station, zone, own, group)),
          observations: group.length,
        };
      }
    }
  }
}
