import type {
  FormatFile,
  FormatObservation,
  FormatStation,
  InputPosition,
  Position,
  Refusal,
} from '../formats/format.ts';
import { messageOf } from '../../task/errors.ts';
import { measureKeys } from './keys.ts';
import { expectedMeasure, type ItemContext, type ItemReader } from './read-item.ts';
import { countUnknown, refuse, type Reading, type Source } from './reading.ts';
import { positionText, rejected } from './reject.ts';
import type { Station, Stations } from './known-stations.ts';

/**
 * The door through which a format hands over what it reads of one file. Formats may be code of users: nothing that they give
 * costs more than the piece, or the file, that it came from.
 */
export class FileReading implements FormatFile {
  readonly name: string;
  /** Pieces that were handed over, refused ones too. */
  pieces = 0;
  private readonly reading: Reading;
  private readonly stations: Stations;
  private readonly items: ItemReader;
  private closed = false;
  /** The last place of which a word was said. */
  private last: InputPosition | undefined;

  constructor(name: string, reading: Reading, stations: Stations, items: ItemReader) {
    this.name = name;
    this.reading = reading;
    this.stations = stations;
    this.items = items;
  }

  get failed(): boolean {
    return this.reading.failure !== undefined;
  }

  station(code: string): FormatStation | undefined {
    const station = this.find(code);
    return station && { code: station.code, timezone: station.zone.name };
  }

  knownStations(): string {
    return this.stations.describe();
  }

  belongsTo(code: string): FormatStation | undefined {
    this.check();
    const station = this.find(code);
    if (typeof code === 'string') this.reading.code = code;
    if (station) this.note(station);
    return station && { code, timezone: station.zone.name };
  }

  observation(sent: FormatObservation, position?: InputPosition): void {
    const at = this.step(position);
    if (!isObject(sent)) {
      const expected = 'an object { station, stop, duration, values }';
      this.refuseAt(at, { what: 'not-an-observation', value: sent, expected });
      return;
    }
    const { station: code, stop, duration, values, others, doubtful, replace } = sent;
    const station = this.find(code);
    const timed = typeof stop === 'string' || (stop instanceof Date && !Number.isNaN(stop.getTime()));
    const marked = doubtful === undefined || doubtful.length === 0 ? NONE : columnsOf(doubtful);
    const foreign = others ?? undefined;
    if (
      !station ||
      !timed ||
      !isObject(values) ||
      (foreign !== undefined && !isObject(foreign)) ||
      typeof marked === 'string'
    ) {
      this.refuseWhole(at, sent, station);
      return;
    }
    this.note(station);
    const source: Source = {
      line: at.line,
      record: at.record,
      entry: at.entry,
      item: at.item,
      stop: at.stop ?? textOfTime(stop)!,
      field: at.field ?? 'stop',
      marked,
    };
    const context: ItemContext = {
      reading: this.reading,
      station,
      entry: 0,
      item: 0,
      type: undefined,
      source,
    };
    if (foreign) context.others = foreign;
    this.items.read(context, { stop_dat: stop, duration, valeurs: values, update_me: replace });
  }

  /** Refuses an observation of which something is not what it should be. */
  private refuseWhole(at: InputPosition, sent: FormatObservation, station: Station | undefined): void {
    const faults: Refusal[] = [];
    const fault = (what: string, field: string, value: unknown, expected: string) =>
      void faults.push({ ...at, what, field, value, expected });
    const { station: code, stop, values, others, doubtful = NONE } = sent;
    if (!station) fault('unknown-station', 'station', code, `a known station (${this.knownStations()})`);
    if (textOfTime(stop) === undefined)
      fault('not-a-time', 'stop', stop, 'a Date, or a text as YYYY-MM-DDTHH:MM:SS');
    if (!isObject(values)) fault('not-an-item', 'values', values, 'an object of measures');
    if (others !== undefined && others !== null && !isObject(others))
      fault('not-an-item', 'others', others, 'an object');
    const marked = columnsOf(doubtful);
    if (typeof marked === 'string') {
      const unknown = Array.isArray(doubtful);
      fault(
        unknown ? 'unknown-measure' : 'not-an-item',
        'doubtful',
        unknown ? marked : doubtful,
        unknown ? expectedMeasure(marked) : 'a list of names among "values"',
      );
    }
    refuse(this.reading, faults.map(rejected));
  }

  item(code: string, item: unknown, position: InputPosition, type?: unknown): void {
    const at = this.step(position);
    const station = this.find(code);
    if (!station) {
      this.refuseAt(at, {
        what: 'unknown-station',
        field: 'station',
        value: code,
        expected: `a known station (${this.knownStations()})`,
      });
      return;
    }
    this.note(station);
    const context: ItemContext = {
      reading: this.reading,
      station,
      entry: at.entry ?? 0,
      item: at.item ?? this.pieces - 1,
      type,
    };
    this.items.read(context, item);
  }

  refuse(...reasons: Refusal[]): void {
    const at = this.step(reasons[0]);
    refuse(
      this.reading,
      reasons.map((reason) =>
        rejected({ ...at, ...reason, what: textOf(reason.what), expected: textOf(reason.expected) }),
      ),
    );
  }

  unknown(name: string): void {
    this.check();
    this.pieces += 1;
    countUnknown(this.reading, textOf(name));
  }

  skip(): void {
    this.check();
    this.pieces += 1;
  }

  fail(what: string, reason: string, position?: Position): void {
    this.check();
    this.reading.failure = { what: textOf(what), reason: textOf(reason), ...(position ? { position } : {}) };
  }

  /** After the reader's last word: a file of which it said nothing at all was not understood. */
  end(): void {
    if (this.pieces > 0 || this.failed) return;
    this.fail('empty-file', 'its format found nothing in the file, neither an observation nor a fault');
  }

  /** Fails the file because its reader threw. */
  breakOff(format: string, error: unknown): void {
    const after = this.last === undefined ? '' : ` after ${positionText(this.last)}`;
    this.reading.failure =
      // Such as a nesting deeper than the stack; those with a code come of calls, as of reading beyond the end of a buffer.
      error instanceof RangeError && !('code' in error)
        ? { what: 'unreadable', reason: `cannot read the file: ${error.message}` }
        : {
            what: 'format-failed',
            reason:
              `the format "${format}" failed${after}: ${messageOf(error)}; mend the format or the file, ` +
              'then `regie weather retry`',
          };
  }

  /** The file is done: what its reader still says of it, later on, is refused. */
  close(): void {
    this.closed = true;
  }

  private check(): void {
    if (this.closed)
      throw new Error(`${this.name} is read already; read() and stream() must await all they begin`);
  }

  /** Notes that a piece is handed over: its place, or else its number. */
  private step(position: InputPosition | undefined): InputPosition {
    this.check();
    this.pieces += 1;
    return (this.last = isPosition(position)
      ? position
      : { ...(position as object | undefined), record: this.pieces });
  }

  private refuseAt(position: InputPosition, reason: Refusal): void {
    refuse(this.reading, [rejected({ ...position, ...reason })]);
  }

  private find(code: unknown): Station | undefined {
    return typeof code === 'string' ? this.stations.find(code) : undefined;
  }

  /** Notes that a file has observations of a station; a file of several belongs to none of them. */
  private note(station: Station): void {
    const { reading } = this;
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
}

/** Users' code may give what its types forbid. */
function textOf(text: unknown): string {
  return typeof text === 'string' ? text : String(text);
}

function isPosition(position: InputPosition | undefined): position is InputPosition {
  return (
    typeof position === 'object' &&
    position !== null &&
    (position.line !== undefined || position.record !== undefined || position.entry !== undefined)
  );
}

/** A time in words; undefined when it is none. */
function textOfTime(time: unknown): string | undefined {
  if (typeof time === 'string') return time;
  return time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}

const NONE: readonly never[] = [];

/** The columns of names of measures; the first name that is none. */
function columnsOf(names: unknown): number[] | string {
  if (!Array.isArray(names)) return '';
  const columns: number[] = [];
  for (const name of names as unknown[]) {
    const column = typeof name === 'string' ? (measureKeys.get(name)?.column ?? -1) : -1;
    if (column < 0) return String(name);
    columns.push(column);
  }
  return columns;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
