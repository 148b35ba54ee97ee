import path from 'node:path';
import { explainTime, readTime } from '../local-time.ts';
import type { Zone } from '../../time/zone.ts';
import { countUnknown, refuse } from '../load/reading.ts';
import { rejected, type Reject } from '../load/reject.ts';
import type { Station } from '../load/stations.ts';
import { isMissing, readNumber } from './cells.ts';
import { clockOf } from './clock.ts';
import { expectedStation, RETRY } from './find-station.ts';
import type { RainSettings } from './settings.ts';
import type { RecordReader, TextFile, TextFormat } from './text-format.ts';

const MINUTE = 60_000;
/** Gauges give tenths or hundredths of a millimetre; a difference of two such has no more. */
const DECIMALS = 1e4;
const BEFORE_FIRST = 'rain before the first line';

/**
 * A rain gauge's text, a line a minute: `2024-03-01 12:00:00 0.4`. As the volcano observatory (OVPF) writes it,
 * the millimetres are those since 00:00 of the file's clock, UTC: a minute's rain is what they have grown by, and
 * where lines are missing, the rain of all the minutes since the line before. With `amount: 'minute'` they are
 * the minute's own.
 */
export function rain(settings: RainSettings): TextFormat {
  return {
    csv: { delimiter: [' ', '\t', ';'], quote: null, comment: '#' },
    // 25 bytes become a row of 600, nearly all of it empty columns.
    weight: 25,
    open: (file) => new RainReader(file, settings),
  };
}

/** A line whose total is known. */
interface Total {
  day: string;
  instant: number;
  mm: number;
}

class RainReader implements RecordReader {
  private readonly file: TextFile;
  private readonly settings: RainSettings;
  private readonly station: Station | undefined;
  private readonly clock: Zone | undefined;
  private rows = 0;
  private last: Total | undefined;

  constructor(file: TextFile, settings: RainSettings) {
    this.file = file;
    this.settings = settings;
    const { reading, stations } = file;
    const code = codeOf(file.name, settings);
    reading.code = code;
    this.station = stations.find(code);
    if (this.station) {
      reading.station = this.station;
      this.clock = clockOf(settings.timezone, this.station);
    } else {
      const reason = `unknown station ${JSON.stringify(code)}; expected ${expectedStation(stations, RETRY)}`;
      reading.failure = { what: 'unknown-station', reason };
    }
  }

  read(cells: readonly string[], line: number): void {
    if (this.file.reading.failure) return;
    const words = cells.filter((cell) => cell !== '');
    if (words.length === 0) return;
    this.rows += 1;
    const fault = this.readLine(words, line);
    if (fault) refuse(this.file.reading, [fault]);
  }

  end(): void {
    const { reading } = this.file;
    if (this.rows > 0 || reading.failure) return;
    reading.failure = { what: 'empty-file', reason: 'the file holds nothing; expected lines "date time mm"' };
  }

  private readLine(words: readonly string[], line: number): Reject | undefined {
    const [date, time, amount] = words as [string, string, string];
    if (words.length !== 3) {
      const expected = 'three words, as 2024-03-01 12:00:00 0.4';
      return rejected({ what: 'columns', line, value: words.join(' '), expected });
    }
    const stop = `${date} ${time}`;
    const instant = readTime(stop, this.clock!);
    if (Number.isNaN(instant)) {
      const expected = `a time as YYYY-MM-DD HH:MM:SS${explainTime(stop)}`;
      return rejected({ what: 'not-a-time', line, field: 'date time', value: stop, expected });
    }
    if (isMissing(amount)) return undefined;
    const mm = readNumber(amount);
    if (Number.isNaN(mm)) {
      return rejected({ what: 'not-a-number', line, stop, field: 'mm', value: amount, expected: 'a number' });
    }
    if (this.settings.amount === 'minute') this.add(line, stop, instant, 1, mm);
    else return this.readTotal(line, stop, { day: date, instant, mm });
    return undefined;
  }

  private readTotal(line: number, stop: string, total: Total): Reject | undefined {
    const { day, instant, mm } = total;
    const { last } = this;
    if (last && instant <= last.instant) {
      const expected = 'a time after that of the line before: the amounts are totals since 00:00';
      return rejected({ what: 'not-in-order', line, field: 'date time', value: stop, expected });
    }
    this.last = total;
    if (last?.day === day) {
      if (mm < last.mm) {
        const expected =
          `at least ${last.mm}, the total of the line before: it begins anew only at 00:00; ` +
          'set amount: "minute" for files whose lines are the minute\'s own rain';
        return rejected({ what: 'total-fell', line, stop, field: 'mm', value: mm, expected });
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
    else countUnknown(this.file.reading, BEFORE_FIRST);
    return undefined;
  }

  private add(line: number, stop: string, instant: number, duration: number, mm: number): void {
    const { reading, items } = this.file;
    items.read(
      {
        reading,
        station: this.station!,
        entry: 0,
        item: this.rows - 1,
        type: undefined,
        source: { line, stop, field: 'date time', marked: [] },
      },
      {
        stop_dat: new Date(instant).toISOString(),
        duration,
        valeurs: { rain: mm },
        update_me: this.settings.replace,
      },
    );
  }
}

/** The code of the station: `FORX` of `ovpf/FORX-2024.txt`. */
function codeOf(name: string, { station, stations = {} }: RainSettings): string {
  if (station !== undefined) return station;
  const word = /^[^-_.]*/.exec(path.posix.basename(name))![0];
  return stations[word] ?? word;
}
