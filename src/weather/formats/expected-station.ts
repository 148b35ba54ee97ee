import type { FormatFile } from './format.ts';

/** What to do about a file that went to failed/, once its station is known. */
export const RETRY = 'run `regie weather retry`';

/** What is expected where a file names a station that nobody knows; `then`: what to do once it is known. */
export function expectedStation(file: FormatFile, then: string): string {
  return (
    `a known station (${file.knownStations()}): add it to weather.stations in regie.config.ts, or give its code ` +
    `in "stations" of the format, then ${then}`
  );
}
