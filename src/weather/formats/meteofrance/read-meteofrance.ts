import { z } from 'zod';
import type { Zone } from '../../../time/zone.ts';
import { isMissing, readNumber } from '../cells.ts';
import { clockOf } from '../clock.ts';
import { code, ofOthers, timezone } from '../common-settings.ts';
import { expectedStation, RETRY } from '../expected-station.ts';
import type { FormatFile, FormatStation, Refusal } from '../format.ts';
import type { RecordReader } from '../format.ts';
import { defineLinesFormat } from '../lines-format.ts';
import { defaultTimezone, minutesBefore, readHour } from './post-clock.ts';
import { DOUBTFUL, GOOD } from './meteofrance-columns.ts';
import { readHeader, type Header, type MeasureColumn } from './header.ts';

const MINUTE = 60_000;
const HOUR_MINUTES = 60;

const settings = z
  .strictObject({
    ...ofOthers,
    /** The one station that all rows are of. Else `stations` by NUM_POSTE or NOM_USUEL, else NUM_POSTE is the code. */
    station: code.optional(),
    /** Rows of stations that nobody knows: refused, or only counted, as one takes three of a whole département. */
    others: z.enum(['refuse', 'skip']).default('refuse'),
    /** What clock the hours are of; by default Météo-France's rule, see `clock.ts`. */
    timezone: timezone.optional(),
  })
  .refine(({ station, stations }) => station === undefined || stations === undefined, {
    error: 'expected either "station", one for all rows, or "stations", by number of the post; found both',
  });

type Settings = z.output<typeof settings>;

/** Météo-France's hourly CSV: a row is the hour that ends at AAAAMMJJHH, of one of several posts. */
export const meteoFrance = defineLinesFormat({
  name: 'meteofrance',
  settings,
  csv: { delimiter: ';', quote: '"', relax_quotes: true },
  // Cutting cells takes csv-parse twenty times as long as JSON.parse takes for the same bytes.
  weight: 20,
  open: (file, given) => new HourReader(file, given),
});

class HourReader implements RecordReader {
  private readonly file: FormatFile;
  private readonly settings: Settings;
  private header: Header | undefined;
  private rows = 0;
  /** By NUM_POSTE as it stands in the file; null where nobody knows the station. */
  private readonly posts = new Map<string, FormatStation | null>();
  private faults: Refusal[] = [];
  private line = 0;
  private hour = '';

  constructor(file: FormatFile, given: Settings) {
    this.file = file;
    this.settings = given;
  }

  read(cells: readonly string[], line: number): void {
    if (!this.header) {
      const header = readHeader(cells, this.settings.station === undefined);
      if (typeof header === 'string') this.file.fail('broken-csv', header);
      else this.header = header;
      return;
    }
    this.rows += 1;
    this.line = line;
    this.hour = (cells[this.header.hour] ?? '').trim();
    this.faults = [];
    this.readRow(cells, this.header);
    if (this.faults.length > 0) this.file.refuse(...this.faults);
  }

  end(): void {
    const { file } = this;
    if (file.failed) return;
    if (this.rows === 0) {
      const found = this.header ? 'only a header' : 'nothing';
      file.fail('empty-file', `the file holds ${found}; expected a row for each hour`);
    } else if (
      this.settings.others === 'refuse' &&
      this.posts.size > 0 &&
      [...this.posts.values()].every((s) => !s)
    ) {
      const [post] = this.posts.keys();
      file.fail(
        'unknown-station',
        `unknown station ${JSON.stringify(post)}; expected ${expectedStation(file, RETRY)}`,
      );
    }
  }

  private readRow(cells: readonly string[], header: Header): void {
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
    const doubtful: string[] = [];
    const values: Record<string, number | string> = {};
    const others: Record<string, unknown> = {};
    for (const column of header.columns)
      this.readMeasure(column, header, cells, local, stop, values, doubtful);
    for (const { column, at, quality } of header.others) {
      const cell = cells[at]!.trim();
      if (isMissing(cell)) continue;
      const value = readNumber(cell);
      others[column] = Number.isNaN(value) ? cell : value;
      if (quality >= 0 && cells[quality]!.trim() === DOUBTFUL)
        others[header.names[quality]!] = Number(DOUBTFUL);
    }
    if (this.faults.length > 0) return;
    this.file.observation(
      {
        station: station.code,
        stop: new Date(stop),
        duration: HOUR_MINUTES,
        values,
        others,
        doubtful,
        replace: this.settings.replace,
      },
      { line: this.line, stop: this.hour, field: header.names[header.hour]! },
    );
  }

  private readMeasure(
    { column, keys, kind, at, quality, extreme }: MeasureColumn,
    { names }: Header,
    cells: readonly string[],
    local: number,
    stop: number,
    values: Record<string, number | string>,
    doubtful: string[],
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
      for (const key of keys) values[key] = moment;
      return;
    }
    const value = readNumber(cell);
    if (Number.isNaN(value)) {
      this.fault('not-a-number', column, cell, 'a number, or nothing or "mq" where it is missing');
      return;
    }
    // Calm has no direction.
    if (kind === 'direction' && value === 0) return;
    for (const key of keys) values[key] = value;
    if (code === DOUBTFUL) doubtful.push(...keys);
  }

  private findStation(cells: readonly string[], header: Header): FormatStation | undefined {
    const { file } = this;
    const { station: only, stations: codes = {}, others } = this.settings;
    const post = header.post < 0 ? '' : cells[header.post]!.trim();
    let station = this.posts.get(post);
    if (station === undefined) {
      const name = header.name < 0 ? '' : cells[header.name]!.trim();
      const code = only ?? codes[post] ?? codes[name] ?? post;
      station = file.station(code) ?? null;
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
    if (others === 'skip') file.unknown(`post ${post}`);
    else
      this.fault(
        'unknown-station',
        header.names[header.post],
        post,
        expectedStation(file, 'send the file again'),
      );
    return undefined;
  }

  private clock(cells: readonly string[], header: Header, station: FormatStation): Zone {
    const timezone =
      this.settings.timezone ?? defaultTimezone(header.post < 0 ? '' : cells[header.post]!.trim());
    return clockOf(timezone, station);
  }

  private fault(what: string, field: string | undefined, value: unknown, expected: string): void {
    this.faults.push({
      what,
      line: this.line,
      ...(this.hour === '' ? {} : { stop: this.hour }),
      ...(field === undefined ? {} : { field }),
      value,
      expected,
    });
  }
}
