import { nearest } from '../../task/nearest.ts';
import { explainTime, periodStart, readTime, writeLocal } from '../local-time.ts';
import { levels, observationColumns, type Level } from '../measures.ts';
import { doubtedKeys } from '../quality/judge-sent.ts';
import { doubtedColumns, setAside } from '../quality/judge.ts';
import { toJsonb } from '../../store/jsonb.ts';
import { measureKeys, timeColumns, type MeasureKey } from './keys.ts';
import { countUnknown, refuse, type Reading, type Source, type StationAggregate } from './reading.ts';
import { positionOfParts, rejected, type Reject, type RejectCode } from './reject.ts';
import type { RowBuffer } from './copy-rows.ts';
import type { Station } from './known-stations.ts';

const MINUTE = 60_000;
/** Clocks of stations may be ahead by this much. */
const AHEAD = 10 * MINUTE;
/** By how much the time of an extreme may lie outside its period. In 111,797 real ones none does at all. */
const ASTRAY = 10 * MINUTE;
const DAY_MINUTES = 1440;

type Json = Record<string, unknown>;

/** Keys of an item that say how to read it. */
const ITEM_KEYS = new Set([
  'start_dat',
  'stop_dat',
  'update_me',
  'force_replace',
  'duration',
  'current',
  'valeurs',
  'aggregations',
  'validation',
  'extremes',
]);
/** Keys among the values that are none: `end_valeurs` only closes layout B's list. */
const VALUE_KEYS = new Set(['duration', 'end_valeurs']);
const AGGREGATE_KEYS = new Set(['level', 'start_dat', 'stop_dat', 'duration', 'end_valeurs']);

/** `json_type` of layout B's observations; the other types are levels of aggregates. */
const OBSERVATION_TYPES = new Set(['O', 'C']);
const EXPECTED_LEVEL = `a level: ${levels.join(', ')}`;
const EXPECTED_TIME = 'a time as YYYY-MM-DDTHH:MM:SS';
const TRUE_FLAGS = new Set<unknown>([true, 1, 'true', '1']);
const FALSE_FLAGS = new Set<unknown>([undefined, null, false, 0, 'false', '0', '']);

/** Where an item stands and how its entry says to read it. */
export interface ItemContext {
  reading: Reading;
  station: Station;
  entry: number;
  item: number;
  /** `info.json_type` of layout B. */
  type: unknown;
  /** Set when the item was made of a record of another format: its values are by our names then. */
  source?: Source;
  /** Of such a record: what is no measure, by its own names. */
  others?: Readonly<Json>;
}

/**
 * Reads the items of files (both layouts): observations go to `rows` and, with the aggregates of
 * stations and all that is refused, to the file's `Reading`. An item with one bad value is refused as a
 * whole, all its faults named; an aggregate of an item stands and falls by itself.
 */
export class ItemReader {
  private readonly rows: RowBuffer;
  /** The latest stop to accept, ms since 1970. */
  private readonly latest: number;
  private readonly values = new Float64Array(observationColumns.length);
  private faults: Reject[] = [];
  private context!: ItemContext;
  private stopText: string | undefined;

  constructor(rows: RowBuffer, now = Date.now()) {
    this.rows = rows;
    this.latest = now + AHEAD;
  }

  read(context: ItemContext, item: unknown): void {
    const { reading } = context;
    this.context = context;
    this.stopText = undefined;
    // What an item of a user's format threw at may have been left in between.
    if (this.faults.length > 0) this.faults = [];
    if (!isObject(item)) {
      refuse(reading, [
        this.reject('not-an-item', undefined, item, 'an object { stop_dat, current | valeurs, … }'),
      ]);
      return;
    }
    if (context.source) this.stopText = context.source.stop;
    else if (typeof item['stop_dat'] === 'string') this.stopText = item['stop_dat'];
    const start = this.readMoment(item, 'start_dat');
    const stop = this.readMoment(item, 'stop_dat');
    const { current, valeurs } = item;
    const hasCurrent = current !== undefined && current !== null;
    const hasValeurs = valeurs !== undefined && valeurs !== null;
    let any = true;
    if (hasCurrent && hasValeurs) {
      this.fault('two-layouts', undefined, undefined, 'either "current" or "valeurs", found both');
    } else if (hasCurrent) {
      this.readObservation(item, 'current', current, start, stop);
    } else if (hasValeurs) {
      const { type } = context;
      if (type === undefined || type === null || OBSERVATION_TYPES.has(type as string)) {
        this.readObservation(item, 'valeurs', valeurs, start, stop);
      } else {
        this.readLevelled(type, valeurs, item, start);
      }
    } else {
      any = false;
    }
    if (
      this.faults.length === 0 &&
      !any &&
      !Array.isArray(item['aggregations']) &&
      !Array.isArray(item['validation'])
    ) {
      this.fault(
        'nothing-in-it',
        undefined,
        undefined,
        '"current", "valeurs", "aggregations" or "validation"',
      );
    }
    if (this.faults.length > 0) {
      refuse(reading, this.faults);
      this.faults = [];
    }
    this.readAggregates(item, 'aggregations', 'aggregation', stop);
    this.readAggregates(item, 'validation', 'validation', stop);
  }

  /** `start_dat` or `stop_dat` of an item as an instant; NaN when absent or, with a fault, when it is none. */
  private readMoment(item: Json, key: string): number {
    const text = item[key];
    if (text === undefined || text === null) return Number.NaN;
    const instant = this.readInstant(text, key);
    if (instant > this.latest && key === 'stop_dat') {
      this.fault('future', key, text, `at most 10 minutes after the station's time, ${this.stationTime()}`);
    }
    return instant;
  }

  private readInstant(text: unknown, field: string): number {
    let instant = Number.NaN;
    if (typeof text === 'string') instant = readTime(text, this.context.station.zone);
    else if (text instanceof Date) instant = text.getTime();
    if (Number.isNaN(instant)) {
      const why = typeof text === 'string' ? explainTime(text) : '';
      this.fault('not-a-time', field, text, EXPECTED_TIME + why);
    }
    return instant;
  }

  private readObservation(
    item: Json,
    layout: 'current' | 'valeurs',
    sent: unknown,
    start: number,
    stop: number,
  ): void {
    if (!isObject(sent)) {
      this.fault('not-an-item', layout, sent, 'an object of measures');
      return;
    }
    const duration = this.readDuration(item, layout, sent);
    const period = this.readPeriod(item, start, stop, duration);
    const update = this.readFlag(item, 'update_me') || this.readFlag(item, 'force_replace');
    const { reading, station, entry, item: index, source } = this.context;

    this.values.fill(Number.NaN);
    const name = source ? 'values' : layout;
    let extra = this.readValues(sent, name);
    if (this.context.others) extra = this.readOthers(this.context.others, extra);
    this.checkTimes(name, period);
    for (const key in item) {
      if (key === 'extremes' && item[key] !== null) {
        extra ??= bare();
        extra[key] = item[key];
      } else if (!ITEM_KEYS.has(key) && item[key] !== null) {
        countUnknown(reading, key);
        extra ??= bare();
        extra[key] = item[key];
      }
    }
    if (this.faults.length > 0) return;
    const marked = source?.marked;
    const doubted = doubtedColumns(this.values, duration, station.limits, marked);
    const doubtful = setAside(this.values, doubted, station.limits.accepts, marked);
    const from = this.rows.length;
    const to = this.rows.add(
      period.stop,
      duration,
      extra ? toJsonb(extra) : null,
      doubtful ? toJsonb(doubtful) : null,
      this.values,
    );
    reading.observations.push({
      reading,
      station,
      start: period.start,
      stop: period.stop,
      update,
      from,
      to,
      doubtful: doubted.length,
      entry,
      item: index,
      ...(source ? { source } : {}),
      stopText: this.stopText ?? writeLocal(station.zone.toLocal(period.stop)),
    });
    this.note(period.stop);
  }

  private readDuration(item: Json, layout: string, sent: Json): number {
    const outer = layout === 'valeurs' ? item['duration'] : sent['duration'];
    const duration = outer ?? (layout === 'valeurs' ? sent['duration'] : item['duration']);
    const field = layout === 'valeurs' ? 'duration' : 'current.duration';
    if (duration === undefined || duration === null) {
      this.fault('no-duration', field, undefined, 'the length of the period in minutes');
    } else if (typeof duration !== 'number' || !Number.isFinite(duration)) {
      this.fault('not-a-number', field, duration, 'a number of minutes');
    } else if (!(duration > 0 && duration <= DAY_MINUTES)) {
      this.fault('bad-duration', field, duration, `more than 0 and at most ${DAY_MINUTES} minutes`);
    } else {
      return duration;
    }
    return Number.NaN;
  }

  /** The period that stop, start and duration speak of; `start_dat` may stand in for `stop_dat`. */
  private readPeriod(
    item: Json,
    start: number,
    stop: number,
    duration: number,
  ): { start: number; stop: number } {
    const length = Math.round(duration * MINUTE);
    const sent = (key: string) => item[key] !== undefined && item[key] !== null;
    if (!sent('stop_dat')) {
      if (!sent('start_dat'))
        this.fault('no-stop', 'stop_dat', undefined, `${EXPECTED_TIME}, or start_dat and duration`);
      const end = start + length;
      if (end > this.latest) {
        const expected = `a period that ends by the station's time, ${this.stationTime()}`;
        this.fault('future', 'start_dat', item['start_dat'], expected);
      }
      return { start, stop: end };
    }
    if (sent('start_dat') && Math.abs(stop - length - start) >= 1000) {
      const due = writeLocal(this.context.station.zone.toLocal(stop - length));
      this.fault('contradiction', 'start_dat', item['start_dat'], `stop_dat − duration = ${due}`);
    }
    return { start: stop - length, stop };
  }

  private readFlag(item: Json, key: string): boolean {
    const flag = item[key];
    if (flag === undefined || FALSE_FLAGS.has(flag)) return false;
    if (!TRUE_FLAGS.has(flag)) this.fault('not-a-flag', key, flag, 'true or false');
    return true;
  }

  /** Sorts the values into `this.values`; gives those that have no column. */
  private readValues(sent: Json, layout: string): Json | undefined {
    const { values } = this;
    let extra: Json | undefined;
    for (const key in sent) {
      const value = sent[key];
      if (value === null || value === undefined) continue;
      const known = measureKeys.get(key);
      if (known === undefined || known.column < 0) {
        if (this.context.source) {
          this.fault('unknown-measure', `${layout}.${key}`, value, expectedMeasure(key));
          continue;
        }
        if (VALUE_KEYS.has(key)) continue;
        countUnknown(this.context.reading, key);
        extra ??= bare();
        extra[key] = value;
        continue;
      }
      const { column } = known;
      if (values[column] === values[column]) {
        this.fault('given-twice', `${layout}.${key}`, value, `${known.name} once, in one spelling`);
      } else if (known.time) {
        values[column] = this.readInstant(value, `${layout}.${key}`);
      } else if (typeof value !== 'number' || value - value !== 0) {
        this.fault('not-a-number', `${layout}.${key}`, value, 'a number');
      } else {
        // −0 becomes 0: jsonb, where a doubtful value stands, knows only one of them.
        values[column] = value + 0;
      }
    }
    return extra;
  }

  /** Adds to `extra` what is no measure of a record; a name of one among it is a mistake. */
  private readOthers(others: Readonly<Json>, extra: Json | undefined): Json | undefined {
    for (const name in others) {
      const value = others[name];
      if (value === null || value === undefined) continue;
      if ((measureKeys.get(name)?.column ?? -1) >= 0) {
        this.fault(
          'given-twice',
          `others.${name}`,
          value,
          'a name that is no measure; measures go to "values"',
        );
        continue;
      }
      countUnknown(this.context.reading, name);
      extra ??= bare();
      extra[name] = value;
    }
    return extra;
  }

  /** Extremes are reached within the period; what a clock gone astray says would name another hour, or century. */
  private checkTimes(layout: string, { start, stop }: { start: number; stop: number }): void {
    for (const column of timeColumns) {
      const time = this.values[column]!;
      if (!(time < start - ASTRAY || time > stop + ASTRAY)) continue;
      const local = (instant: number) => writeLocal(this.context.station.zone.toLocal(instant));
      const expected = `a time within the period, ${local(start)} to ${local(stop)}`;
      this.fault('outside-period', `${layout}.${observationColumns[column]!.name}`, local(time), expected);
    }
  }

  /** Layout B with `json_type` H … A: the values are an aggregate that starts at `start_dat`. */
  private readLevelled(type: unknown, sent: unknown, item: Json, start: number): void {
    if (!isLevel(type)) {
      this.fault('unknown-level', 'info.json_type', type, `O or C for observations, or ${EXPECTED_LEVEL}`);
      return;
    }
    if (!isObject(sent)) {
      this.fault('not-an-item', 'valeurs', sent, 'an object of measures');
      return;
    }
    if (type !== 'A' && (item['start_dat'] === undefined || item['start_dat'] === null)) {
      this.fault(
        'no-start',
        'start_dat',
        undefined,
        `${EXPECTED_TIME}, the start of the period (json_type ${type})`,
      );
    }
    this.checkBegun(start, 'start_dat', item['start_dat']);
    const values = this.readAggregateValues(sent, 'valeurs');
    const duration = item['duration'];
    if (typeof duration === 'number') values['duration'] = duration;
    if (this.faults.length > 0) return;
    this.addAggregate(type, start, 'aggregation', values);
  }

  /** A period that lies ahead cannot have been measured. */
  private checkBegun(start: number, field: string, sent: unknown): void {
    if (!(start > this.latest)) return;
    this.fault('future', field, sent, `a period that has begun by the station's time, ${this.stationTime()}`);
  }

  /** What the station's clock should show now. */
  private stationTime(): string {
    return writeLocal(this.context.station.zone.toLocal(this.latest - AHEAD));
  }

  private readAggregates(item: Json, key: string, source: StationAggregate['source'], stop: number): void {
    const { reading, station } = this.context;
    const list = item[key];
    if (list === undefined || list === null) return;
    if (!Array.isArray(list)) {
      refuse(reading, [this.reject('not-an-item', key, list, 'an array of aggregates')]);
      return;
    }
    list.forEach((sent: unknown, index) => {
      const field = `${key}[${index}]`;
      if (!isObject(sent)) {
        refuse(reading, [this.reject('not-an-item', field, sent, 'an object { level, start_dat, … }')]);
        return;
      }
      const { level } = sent;
      if (!isLevel(level)) this.fault('unknown-level', `${field}.level`, level, EXPECTED_LEVEL);
      let start = Number.NaN;
      const given = sent['start_dat'];
      if (given !== undefined && given !== null) {
        start = this.readInstant(given, `${field}.start_dat`);
      } else if (level !== 'A' && isLevel(level)) {
        // The bucket that the item's own end belongs to: (start, end].
        if (Number.isNaN(stop)) {
          this.fault('no-start', `${field}.start_dat`, undefined, `${EXPECTED_TIME}, or the item's stop_dat`);
        }
        start = periodStart(level, stop - 1, station.zone);
      }
      this.checkBegun(start, `${field}.start_dat`, given ?? this.stopText);
      const values = this.readAggregateValues(sent, field);
      if (this.faults.length > 0) {
        refuse(reading, this.faults);
        this.faults = [];
        return;
      }
      this.addAggregate(level as Level, start, source, values);
    });
  }

  /** Values of an aggregate under our names, times as ISO UTC. */
  private readAggregateValues(sent: Json, field: string): Json {
    const values = bare();
    for (const key in sent) {
      const value = sent[key];
      if (value === null || AGGREGATE_KEYS.has(key)) continue;
      const known = measureKeys.get(key) ?? ommKey(key);
      if (!known) {
        countUnknown(this.context.reading, key);
        values[key] = value;
      } else if (known.time) {
        const instant = this.readInstant(value, `${field}.${key}`);
        if (!Number.isNaN(instant)) values[known.name] = new Date(instant).toISOString();
      } else if (typeof value !== 'number' || !Number.isFinite(value)) {
        this.fault('not-a-number', `${field}.${key}`, value, 'a number');
      } else {
        values[known.name] = value;
      }
    }
    return values;
  }

  private addAggregate(level: Level, start: number, source: StationAggregate['source'], values: Json): void {
    const { reading, station } = this.context;
    if (Number.isFinite(start)) this.note(start);
    // Stations name a level and say nothing of it; that must not take the place of what they said before.
    if (Object.keys(values).length === 0) return;
    const bucket = level === 'A' ? -Infinity : periodStart(level, start, station.zone);
    const aggregate: StationAggregate = { station, level, start: bucket, source, values };
    // What the station says of itself under `validation` is only compared.
    if (source === 'aggregation') setDoubtedAside(aggregate);
    reading.doubtful += Object.keys(aggregate.doubtful ?? {}).length;
    reading.aggregates.push(aggregate);
  }

  /** Keeps the file's latest moment: it chooses the folder in the archive. */
  private note(instant: number): void {
    const { reading, station } = this.context;
    const local = station.zone.toLocal(instant);
    if (!(local <= reading.lastLocal)) reading.lastLocal = local;
  }

  private fault(what: RejectCode, field: string | undefined, value: unknown, expected: string): void {
    this.faults.push(this.reject(what, field, value, expected));
  }

  private reject(what: RejectCode, field: string | undefined, value: unknown, expected: string): Reject {
    const { entry, item, source } = this.context;
    if (source) {
      const { stop } = source;
      // Its end has the name that the file gives it.
      const own =
        field === undefined || field === 'stop_dat' ? { field: source.field, value: stop } : { field, value };
      return rejected({ what, ...positionOfParts(source), stop, ...own, expected });
    }
    return rejected({
      what,
      entry,
      item,
      ...(this.stopText === undefined ? {} : { stop: this.stopText }),
      ...(field === undefined ? {} : { field, value }),
      expected,
    });
  }
}

/** What is expected in place of a name that is no measure, of a format. */
export function expectedMeasure(name: string): string {
  const near = nearest([...measureKeys.keys()], name);
  return (
    'a measure or a part of one, as out_temp, out_temp_max; what is none goes to "others"' +
    (near === undefined ? '' : `; did you mean ${near}?`)
  );
}

function setDoubtedAside(aggregate: StationAggregate): void {
  const { station, level, start, values } = aggregate;
  for (const key of doubtedKeys(values, level, start, station)) {
    aggregate.doubtful ??= bare();
    aggregate.doubtful[key] = values[key];
    delete values[key];
  }
}

/** Stations send WMO climatology values in their own aggregates: `out_temp_omm_max`. */
function ommKey(key: string): MeasureKey | undefined {
  const match = /^(\w+?)_omm(_\w+)?$/.exec(key);
  const known = match && measureKeys.get(`${match[1]}${match[2] ?? ''}`);
  return known ? { ...known, name: key, column: -1 } : undefined;
}

/** An object without a prototype: a key `__proto__` in a file is a key like any other. */
function bare(): Json {
  return Object.create(null) as Json;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLevel(value: unknown): value is Level {
  return typeof value === 'string' && (levels as readonly string[]).includes(value);
}
