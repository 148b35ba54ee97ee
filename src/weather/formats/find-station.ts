import { describeKnown } from '../load/document.ts';
import type { Reading } from '../load/reading.ts';
import type { Station, Stations } from '../load/stations.ts';

/** What to do about a file that went to failed/, once its station is known. */
export const RETRY = 'run `regie weather retry`';

/** What is expected where a file names a station that nobody knows; `then`: what to do once it is known. */
export function expectedStation(stations: Stations, then: string): string {
  return (
    `a known station (${describeKnown(stations)}): add it to weather.stations in regie.config.ts, or give its code ` +
    `in "stations" of the format, then ${then}`
  );
}

/** Notes that a file has observations of a station; a file of several belongs to none of them. */
export function noteStation(reading: Reading, station: Station): void {
  if (reading.several || reading.station === station) return;
  if (reading.station) {
    reading.several = true;
    delete reading.station;
    delete reading.code;
    return;
  }
  reading.station = station;
  reading.code = station.code;
}
