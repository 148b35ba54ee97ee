import { zoneOf, type Zone } from '../../time/zone.ts';
import type { Station } from '../load/stations.ts';

/** The clock that a file's times are of: a zone by name, or the station's own. */
export function clockOf(timezone: string, station: Station): Zone {
  return timezone === 'station' ? station.zone : zoneOf(timezone);
}
