import type {
  FormatFile,
  FormatObservation,
  FormatStation,
  Place,
  Position,
  Refusal,
} from '../formats/format.ts';
import { messageOf } from '../../task/errors.ts';
import { nearest } from '../../task/nearest.ts';
import { measureKeys } from './keys.ts';
import type { ItemContext, ItemReader } from './read-item.ts';
import { countUnknown, refuse, type Reading } from './reading.ts';
import { placeOf, rejected } from './reject.ts';
import type { Station, Stations } from './stations.ts';

const EXPECTED_MEASURE =
  'a measure or a part of one, as out_temp, out_temp_max; what is none goes to "others"';

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
  private last: Place | undefined;

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

  observation(sent: FormatObservation, place?: Place): void {
    const at = this.step(place);
    const faults: Refusal[] = [];
    const fault = (what: string, field: string, value: unknown, expected: string) =>
      void faults.push({ ...at, what, field, value, expected });
    if (typeof sent !== 'object' || sent === null) {
      this.refuseAt(at, {
        what: 'not-an-observation',
        value: sent,
        expected: 'an object { station, stop, duration, values }',
      });
      return;
    }
    const { station: code, stop, duration, values, others, doubtful, replace } = sent;
    const station = this.find(code);
    if (!station) fault('unknown-station', 'station', code, `a known station (${this.knownStations()})`);
    const stopText = textOfTime(stop);
    if (stopText === undefined) fault('not-a-time', 'stop', stop, 'a Date, or a text as YYYY-MM-DDTHH:MM:SS');
    const valeurs: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    if (typeof values !== 'object' || values === null)
      fault('not-an-item', 'values', values, 'an object of measures');
    else readValues(values, valeurs, fault);
    if (others !== undefined && others !== null) {
      if (typeof others === 'object') addOthers(others, valeurs, fault);
      else fault('not-an-item', 'others', others, 'an object');
    }
    const marked = doubtful === undefined ? [] : columnsOf(doubtful, fault);
    if (faults.length > 0) {
      refuse(this.reading, faults.map(rejected));
      return;
    }
    this.note(station!);
    this.items.read(
      {
        reading: this.reading,
        station: station!,
        entry: 0,
        item: 0,
        type: undefined,
        source: { ...at, stop: at.stop ?? stopText!, field: at.field ?? 'stop', marked },
      },
      { stop_dat: stopText, duration, valeurs, update_me: replace },
    );
  }

  item(code: string, item: unknown, place: Place, type?: unknown): void {
    const at = this.step(place);
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
    const after = this.last === undefined ? '' : ` after ${placeOf(this.last)}`;
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
  private step(place: Place | undefined): Place {
    this.check();
    this.pieces += 1;
    return (this.last = placed(place) ? place : { ...(place as object | undefined), record: this.pieces });
  }

  private refuseAt(place: Place, reason: Refusal): void {
    refuse(this.reading, [rejected({ ...place, ...reason })]);
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

type Fault = (what: string, field: string, value: unknown, expected: string) => void;

function placed(place: Place | undefined): place is Place {
  return (
    typeof place === 'object' &&
    place !== null &&
    (place.line !== undefined || place.record !== undefined || place.entry !== undefined)
  );
}

/** A time as the loader reads it; undefined when it is none. */
function textOfTime(time: unknown): string | undefined {
  if (typeof time === 'string') return time;
  return time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}

/** Takes over the values of measures; what is wrong with a number or a time the loader says. */
function readValues(values: object, valeurs: Record<string, unknown>, fault: Fault): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    const known = measureKeys.get(name);
    if (known === undefined || known.column < 0) {
      const near = nearest([...measureKeys.keys()], name);
      const expected = near === undefined ? EXPECTED_MEASURE : `${EXPECTED_MEASURE}; did you mean ${near}?`;
      fault('unknown-measure', `values.${name}`, value, expected);
    } else valeurs[name] = value instanceof Date ? (textOfTime(value) ?? Number.NaN) : value;
  }
}

/** Takes over what is no measure; a name of one among it is a mistake. */
function addOthers(others: object, valeurs: Record<string, unknown>, fault: Fault): void {
  for (const [name, value] of Object.entries(others)) {
    if ((measureKeys.get(name)?.column ?? -1) >= 0)
      fault('given-twice', `others.${name}`, value, 'a name that is no measure; measures go to "values"');
    else valeurs[name] = value;
  }
}

/** The columns of names of measures. */
function columnsOf(names: unknown, fault: Fault): number[] {
  if (!Array.isArray(names)) {
    fault('not-an-item', 'doubtful', names, 'a list of names among "values"');
    return [];
  }
  return names.flatMap((name: unknown) => {
    const column = typeof name === 'string' ? (measureKeys.get(name)?.column ?? -1) : -1;
    if (column < 0) fault('unknown-measure', 'doubtful', name, EXPECTED_MEASURE);
    return column < 0 ? [] : column;
  });
}
