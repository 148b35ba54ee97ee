import { decodeUtf8 } from './decode.ts';
import type { ItemReader } from './read-item.ts';
import { refuse, type Failure, type Reading } from './reading.ts';
import { rejected } from './reject.ts';
import type { Station, Stations } from './stations.ts';
import { findSyntaxError } from './syntax.ts';

const EXPECTED_ENTRY = 'an object { meteor, info, data }';
const LONGEST_CODE = 10;
const CODES_SHOWN = 20;

/**
 * Reads a whole file of observations: parses its text, finds its station, reads each item. What cannot be
 * loaded is in `reading`; throws only on a defect of this program.
 */
export function readDocument(bytes: Buffer, reading: Reading, stations: Stations, reader: ItemReader): void {
  const parsed = parse(bytes);
  if ('failure' in parsed) {
    reading.failure = parsed.failure;
    return;
  }
  const entries: unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  const found = new StationFinder();
  entries.forEach((entry, index) => found.see(index, isObject(entry) ? entry['meteor'] : undefined));
  const station = found.decide(reading, stations, entries.length);
  if (!station) return;
  entries.forEach((entry, index) => readEntry(entry, index, station, reading, reader));
}

function readEntry(
  entry: unknown,
  index: number,
  station: Station,
  reading: Reading,
  reader: ItemReader,
): void {
  if (!isObject(entry)) {
    refuse(reading, [
      rejected({ what: 'not-an-entry', entry: index, value: entry, expected: EXPECTED_ENTRY }),
    ]);
    return;
  }
  if (!checkMeteor(entry['meteor'], index, station, reading)) return;
  const { data, info } = entry;
  if (!Array.isArray(data) || data.length === 0) {
    refuseData(data, index, reading);
    return;
  }
  const type = isObject(info) ? info['json_type'] : undefined;
  for (let item = 0; item < data.length; item += 1) {
    reader.read({ reading, station, entry: index, item, type }, data[item]);
  }
}

/** Refuses an entry that does not say which station it is of. */
export function checkMeteor(meteor: unknown, entry: number, station: Station, reading: Reading): boolean {
  if (meteor === station.code) return true;
  const expected = `the station's code, ${JSON.stringify(station.code)} as in the other entries`;
  refuse(reading, [rejected({ what: 'no-station', entry, field: 'meteor', value: meteor, expected })]);
  return false;
}

/** Refuses an entry whose `data` is empty, absent or no array. */
function refuseData(data: unknown, entry: number, reading: Reading): void {
  const empty = Array.isArray(data);
  refuse(reading, [
    rejected({
      what: empty ? 'empty-data' : 'no-data',
      entry,
      field: 'data',
      value: data,
      expected: empty ? 'at least one item' : 'an array of items',
    }),
  ]);
}

/** Finds the one station that all entries of a file must name. */
export class StationFinder {
  /** Each code, and the first entry that has it. */
  private readonly codes = new Map<string, number>();
  private sample: unknown;

  see(entry: number, meteor: unknown): void {
    if (typeof meteor === 'string' && meteor !== '') {
      if (!this.codes.has(meteor)) this.codes.set(meteor, entry);
    } else if (meteor !== undefined) {
      this.sample ??= meteor;
    }
  }

  /** The station, or undefined with the file's failure set. */
  decide(reading: Reading, stations: Stations, entries: number): Station | undefined {
    const fail = (what: string, reason: string) => void (reading.failure = { what, reason });
    const [code, ...others] = this.codes.keys();
    if (entries === 0) {
      fail('empty-file', 'the file holds an empty array; expected entries { meteor, info, data }');
    } else if (code === undefined) {
      const found = this.sample === undefined ? '' : `, found ${JSON.stringify(this.sample).slice(0, 80)}`;
      fail('no-station', `no entry has a "meteor"; expected the station's code, 1 to 10 characters${found}`);
    } else if (others.length > 0) {
      const list = [...this.codes]
        .slice(0, 5)
        .map(([each, entry]) => `${JSON.stringify(each)} (entry ${entry})`);
      fail(
        'mixed-stations',
        `entries of ${this.codes.size} stations: ${list.join(', ')}; expected one station a file`,
      );
    } else {
      reading.code = code;
      const station = stations.find(code);
      if (station) return (reading.station = station);
      fail('unknown-station', explainUnknown(code, stations));
    }
    return undefined;
  }
}

function explainUnknown(code: string, stations: Stations): string {
  const shown = JSON.stringify(code.slice(0, 80));
  if (code.length > LONGEST_CODE) return `meteor ${shown} has ${code.length} characters; expected at most 10`;
  return `unknown station ${shown} (${describeKnown(stations)}); add it to weather.stations in regie.config.ts, then run \`regie weather retry\``;
}

/** The stations that there are, for a message. */
export function describeKnown(stations: Stations): string {
  const codes = stations.codes();
  if (codes.length === 0) return 'no station is known yet';
  return `known: ${codes.slice(0, CODES_SHOWN).join(', ')}${codes.length > CODES_SHOWN ? ', …' : ''}`;
}

function parse(bytes: Buffer): { value: unknown } | { failure: Failure } {
  const text = decodeUtf8(bytes);
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    return { value: JSON.parse(json) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (json.trim() === '') {
      return {
        failure: { what: 'broken-json', reason: 'the file is empty; expected a JSON array of entries' },
      };
    }
    return { failure: brokenJson(findSyntaxError(bytes)) };
  }
}

/** The failure of a file that is not JSON. */
export function brokenJson(position: NonNullable<Failure['position']>): Failure {
  return {
    what: 'broken-json',
    reason:
      `not JSON from line ${position.line}, column ${position.column} on (byte ${position.offset}), near ` +
      `${JSON.stringify(position.near)}; mend the file or ask the station to send it again, then \`regie weather retry\``,
    position,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
