import type { Zone } from '../../../time/zone.ts';
import { measureKeys } from '../../load/keys.ts';
import { countUnknown, refuse } from '../../load/reading.ts';
import { rejected, type Reject, type RejectCode } from '../../load/reject.ts';
import type { Station } from '../../load/stations.ts';
import { isMissing, readNumber } from '../cells.ts';
import { clockOf } from '../clock.ts';
import { expectedStation, noteStation, RETRY } from '../find-station.ts';
import type { MeteoFranceSettings } from '../settings.ts';
import type { RecordReader, TextFile, TextFormat } from '../text-format.ts';
import { defaultTimezone, minutesBefore, readHour } from './clock.ts';
import { DOUBTFUL, GOOD } from './columns.ts';
import { readHeader, type Header, type Place } from './header.ts';

const MINUTE = 60_000;
const HOUR_MINUTES = 60;

/** Météo-France's hourly CSV: a row is the hour that ends at AAAAMMJJHH, of one of several posts. */
export function meteoFrance(settings: MeteoFranceSettings): TextFormat {
  return {
    csv: { delimiter: ';', quote: '"', relax_quotes: true },
    // Cutting cells takes csv-parse twenty times as long as JSON.parse takes for the same bytes.
    weight: 20,
    open: (file) => new HourReader(file, settings),
  };
}

class HourReader implements RecordReader {
  private readonly file: TextFile;
  private readonly settings: MeteoFranceSettings;
  private header: Header | undefined;
  private rows = 0;
  /** By NUM_POSTE as it stands in the file; null where nobody knows the station. */
  private readonly posts = new Map<string, Station | null>();
  private faults: Reject[] = [];
  private line = 0;
  private hour = '';

  constructor(file: TextFile, settings: MeteoFranceSettings) {
    this.file = file;
    this.settings = settings;
  }

  read(cells: readonly string[], line: number): void {
    const { reading } = this.file;
    if (reading.failure) return;
    if (!this.header) {
      const header = readHeader(cells, this.settings.station === undefined);
      if (typeof header === 'string') reading.failure = { what: 'broken-csv', reason: header };
      else this.header = header;
      return;
    }
    this.rows += 1;
    this.line = line;
    this.hour = (cells[this.header.hour] ?? '').trim();
    this.faults = [];
    this.readRow(cells, this.header);
    if (this.faults.length > 0) refuse(reading, this.faults);
  }

  end(): void {
    const { reading, stations } = this.file;
    if (reading.failure) return;
    if (this.rows === 0) {
      const found = this.header ? 'only a header' : 'nothing';
      reading.failure = {
        what: 'empty-file',
        reason: `the file holds ${found}; expected a row for each hour`,
      };
    } else if (
      this.settings.others === 'refuse' &&
      this.posts.size > 0 &&
      [...this.posts.values()].every((s) => !s)
    ) {
      const [post] = this.posts.keys();
      const reason = `unknown station ${JSON.stringify(post)}; expected ${expectedStation(stations, RETRY)}`;
      reading.failure = { what: 'unknown-station', reason };
    }
  }

  private readRow(cells: readonly string[], header: Header): void {
    const { reading, items } = this.file;
    const count = header.names.length;
    if (cells.length < count || cells.slice(count).some((cell) => cell.trim() !== '')) {
      this.fault('columns', 'cells', cells.length, `${count}, as in the first line`);
      return;
    }
    const station = this.findStation(cells, header);
    if (!station) return;
    const local = readHour(this.hour);
    if (Number.isNaN(local)) {
      this.fault('not-a-time', header.names[header.hour], this.hour, 'an hour as AAAAMMJJHH');
      return;
    }
    const stop = this.clock(cells, header, station).toInstant(local);
    const marked: number[] = [];
    const valeurs: Record<string, unknown> = {};
    for (const place of header.places) this.readMeasure(place, header, cells, local, stop, valeurs, marked);
    for (const { column, at, quality } of header.others) {
      const cell = cells[at]!.trim();
      if (isMissing(cell)) continue;
      const value = readNumber(cell);
      valeurs[column] = Number.isNaN(value) ? cell : value;
      if (quality >= 0 && cells[quality]!.trim() === DOUBTFUL)
        valeurs[header.names[quality]!] = Number(DOUBTFUL);
    }
    if (this.faults.length > 0) return;
    noteStation(reading, station);
    items.read(
      {
        reading,
        station,
        entry: 0,
        item: this.rows - 1,
        type: undefined,
        source: { line: this.line, stop: this.hour, field: header.names[header.hour]!, marked },
      },
      {
        stop_dat: new Date(stop).toISOString(),
        duration: HOUR_MINUTES,
        valeurs,
        update_me: this.settings.replace,
      },
    );
  }

  private readMeasure(
    { column, keys, kind, at, quality, extreme }: Place,
    { names }: Header,
    cells: readonly string[],
    local: number,
    stop: number,
    valeurs: Record<string, unknown>,
    marked: number[],
  ): void {
    const cell = cells[at]!.trim();
    if (isMissing(cell)) return;
    const code = quality < 0 ? '' : cells[quality]!.trim();
    if (code !== '' && code !== DOUBTFUL && !GOOD.has(code)) {
      this.fault('not-a-quality', names[quality], code, '0, 1 or 9 (good), or 2 (doubtful)');
    }
    if (kind === 'time') {
      if (extreme < 0 || isMissing(cells[extreme]!.trim()) || code === DOUBTFUL) return;
      const before = minutesBefore(cell, local);
      if (Number.isNaN(before)) {
        this.fault('not-a-time', column, cell, `a time HHMM within the hour that ends at ${this.hour}`);
        return;
      }
      const moment = new Date(stop - before * MINUTE).toISOString();
      for (const key of keys) valeurs[key] = moment;
      return;
    }
    const value = readNumber(cell);
    if (Number.isNaN(value)) {
      this.fault('not-a-number', column, cell, 'a number, or nothing or "mq" where it is missing');
      return;
    }
    // Calm has no direction.
    if (kind === 'direction' && value === 0) return;
    for (const key of keys) valeurs[key] = value;
    if (code === DOUBTFUL) marked.push(...keys.map((key) => measureKeys.get(key)!.column));
  }

  private findStation(cells: readonly string[], header: Header): Station | undefined {
    const { reading, stations } = this.file;
    const { station: only, stations: codes = {}, others } = this.settings;
    const post = header.post < 0 ? '' : cells[header.post]!.trim();
    let station = this.posts.get(post);
    if (station === undefined) {
      const name = header.name < 0 ? '' : cells[header.name]!.trim();
      const code = only ?? codes[post] ?? codes[name] ?? post;
      station = stations.find(code) ?? null;
      if (only !== undefined && this.posts.size > 0) {
        const first = this.posts.keys().next().value;
        this.fault(
          'mixed-stations',
          header.names[header.post],
          post,
          `${first} as before: "station" is one post`,
        );
        return undefined;
      }
      this.posts.set(post, station);
    }
    if (station) return station;
    if (others === 'skip') countUnknown(reading, `post ${post}`);
    else
      this.fault(
        'unknown-station',
        header.names[header.post],
        post,
        expectedStation(stations, 'send the file again'),
      );
    return undefined;
  }

  private clock(cells: readonly string[], header: Header, station: Station): Zone {
    const timezone =
      this.settings.timezone ?? defaultTimezone(header.post < 0 ? '' : cells[header.post]!.trim());
    return clockOf(timezone, station);
  }

  private fault(what: RejectCode, field: string | undefined, value: unknown, expected: string): void {
    const stop = this.hour === '' ? {} : { stop: this.hour };
    this.faults.push(
      rejected({
        what,
        line: this.line,
        ...stop,
        ...(field === undefined ? {} : { field }),
        value,
        expected,
      }),
    );
  }
}
