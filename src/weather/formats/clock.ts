import { zoneOf, type Zone } from '../../time/zone.ts';
import type { FormatStation } from './format.ts';

/** The clock that a file's times are of: a zone by name, or the station's own. */
export function clockOf(timezone: string, station: FormatStation): Zone {
  return zoneOf(timezone === 'station' ? station.timezone : timezone);
}
