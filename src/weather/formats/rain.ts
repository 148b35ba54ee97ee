import path from 'node:path';
import { z } from 'zod';
import { explainTime, readTime } from '../local-time.ts';
import type { Zone } from '../../time/zone.ts';
import { isMissing, readNumber } from './cells.ts';
import { clockOf } from './clock.ts';
import { code, ofOthers, timezone } from './common-settings.ts';
import { expectedStation, RETRY } from './expected-station.ts';
import type { FormatFile, RecordReader, Refusal } from './format.ts';
import { defineLinesFormat } from './lines-format.ts';

const MINUTE = 60_000;
/** Gauges give tenths or hundredths of a millimetre; a difference of two such has no more. */
const DECIMALS = 1e4;
const BEFORE_FIRST = 'rain before the first line';

const settings = z.strictObject({
  ...ofOthers,
  /** The station's code; else the file's name up to the first `-`, `_` or `.`, through `stations` where that has it. */
  station: code.optional(),
  /** What a line's millimetres are: fallen since 00:00 of the file's clock, or in the minute that ends there. */
  amount: z.enum(['day-total', 'minute']).default('day-total'),
  timezone: timezone.default('UTC'),
});

type Settings = z.output<typeof settings>;

/**
 * A rain gauge's text, a line a minute: `2024-03-01 12:00:00 0.4`. As the volcano observatory (OVPF) writes it,
 * the millimetres are those since 00:00 of the file's clock, UTC: a minute's rain is what they have grown by, and
 * where lines are missing, the rain of all the minutes since the line before. With `amount: 'minute'` they are
 * the minute's own.
 */
export const rain = defineLinesFormat({
  name: 'rain',
  settings,
  csv: { delimiter: [' ', '\t', ';'], quote: null, comment: '#' },
  // 25 bytes become a row of 600, nearly all of it empty columns.
  weight: 25,
  open: (file, given) => new RainReader(file, given),
});

/** A line whose total is known. */
interface Total {
  day: string;
  instant: number;
  mm: number;
}

class RainReader implements RecordReader {
  private readonly file: FormatFile;
  private readonly settings: Settings;
  private readonly station: string;
  private readonly clock: Zone | undefined;
  private rows = 0;
  private last: Total | undefined;

  constructor(file: FormatFile, given: Settings) {
    this.file = file;
    this.settings = given;
    this.station = codeOf(file.name, given);
    const station = file.belongsTo(this.station);
    if (station) this.clock = clockOf(given.timezone, station);
    else
      file.fail(
        'unknown-station',
        `unknown station ${JSON.stringify(this.station)}; expected ${expectedStation(file, RETRY)}`,
      );
  }

  read(cells: readonly string[], line: number): void {
    const words = cells.filter((cell) => cell !== '');
    if (words.length === 0) return;
    this.rows += 1;
    const fault = this.readLine(words, line);
    if (fault) this.file.refuse(fault);
  }

  end(): void {
    if (this.rows > 0 || this.file.failed) return;
    this.file.fail('empty-file', 'the file holds nothing; expected lines "date time mm"');
  }

  private readLine(words: readonly string[], line: number): Refusal | undefined {
    const [date, time, amount] = words as [string, string, string];
    if (words.length !== 3) {
      const expected = 'three words, as 2024-03-01 12:00:00 0.4';
      return { what: 'columns', line, value: words.join(' '), expected };
    }
    const stop = `${date} ${time}`;
    const instant = readTime(stop, this.clock!);
    if (Number.isNaN(instant)) {
      const expected = `a time as YYYY-MM-DD HH:MM:SS${explainTime(stop)}`;
      return { what: 'not-a-time', line, field: 'date time', value: stop, expected };
    }
    if (isMissing(amount)) {
      this.file.skip();
      return undefined;
    }
    const mm = readNumber(amount);
    if (Number.isNaN(mm)) {
      return { what: 'not-a-number', line, stop, field: 'mm', value: amount, expected: 'a number' };
    }
    if (this.settings.amount === 'minute') this.add(line, stop, instant, 1, mm);
    else return this.readTotal(line, stop, { day: date, instant, mm });
    return undefined;
  }

  private readTotal(line: number, stop: string, total: Total): Refusal | undefined {
    const { day, instant, mm } = total;
    const { last } = this;
    if (last && instant <= last.instant) {
      const expected = 'a time after that of the line before: the amounts are totals since 00:00';
      return { what: 'not-in-order', line, field: 'date time', value: stop, expected };
    }
    this.last = total;
    if (last?.day === day) {
      if (mm < last.mm) {
        const expected =
          `at least ${last.mm}, the total of the line before: it begins anew only at 00:00; ` +
          'set amount: "minute" for files whose lines are the minute\'s own rain';
        return { what: 'total-fell', line, stop, field: 'mm', value: mm, expected };
      }
      const fallen = Math.round((mm - last.mm) * DECIMALS) / DECIMALS;
      this.add(line, stop, instant, (instant - last.instant) / MINUTE, fallen);
      return undefined;
    }
    const sinceMidnight = (instant - readTime(`${day} 00:00`, this.clock!)) / MINUTE;
    // At 00:00 the total has begun anew: what fell in the day's last minute is in neither.
    if (sinceMidnight <= 1 || mm === 0) this.add(line, stop, instant, 1, mm);
    else if (last) this.add(line, stop, instant, sinceMidnight, mm);
    // Earlier files may have brought it.
    else this.file.unknown(BEFORE_FIRST);
    return undefined;
  }

  private add(line: number, stop: string, instant: number, duration: number, mm: number): void {
    this.file.observation(
      {
        station: this.station,
        stop: new Date(instant),
        duration,
        values: { rain: mm },
        replace: this.settings.replace,
      },
      { line, stop, field: 'date time' },
    );
  }
}

/** The code of the station: `FORX` of `ovpf/FORX-2024.txt`. */
function codeOf(name: string, { station, stations = {} }: Settings): string {
  if (station !== undefined) return station;
  const word = /^[^-_.]*/.exec(path.posix.basename(name))![0];
  return stations[word] ?? word;
}
