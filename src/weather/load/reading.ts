import type { Position } from '../formats/format.ts';
import type { Level } from '../measures.ts';
import type { Reject } from './reject.ts';
import type { Station } from './known-stations.ts';

/** An observation read from a file; its row waits in the group's `RowBuffer`. */
export interface Observation {
  reading: Reading;
  station: Station;
  /** Its period (start, stop], ms since 1970. */
  start: number;
  stop: number;
  /** Asks to be put in the place of an observation of the same stop. */
  update: boolean;
  /** Where its row stands in the `RowBuffer`. */
  from: number;
  to: number;
  /** How many of its values are doubtful. */
  doubtful: number;
  entry: number;
  item: number;
  /** Its record of a file of another format; entry and item mean nothing there. */
  source?: Source;
  /** `stop_dat` as sent, or as computed. */
  stopText: string;
}

/** The record of a file of another format that an item was made of: where it stands, its time as it stands there. */
export interface Source {
  line: number | undefined;
  record: number | undefined;
  entry: number | undefined;
  item: number | undefined;
  stop: string;
  field: string;
  /** Columns that their source itself calls doubtful. */
  marked: readonly number[];
}

/** An aggregate that the station computed itself. */
export interface StationAggregate {
  station: Station;
  level: Level;
  /** Start of the bucket, ms since 1970; −∞ for level A. */
  start: number;
  source: 'aggregation' | 'validation';
  values: Record<string, unknown>;
  /** Those of an `aggregation` that must fill no bucket: see `doubtedKeys`. */
  doubtful?: Record<string, unknown>;
}

/** What was found in one file. */
export interface Reading {
  /** `meteor` of its entries, when they agree on one. */
  code?: string;
  /** The station of that code, when it is known. */
  station?: Station;
  /** The file has observations of several stations. */
  several?: boolean;
  /** Set when nothing of the file can be loaded. */
  failure?: Failure;
  /** The ledger's id of the version of the file that was loaded before it was complete: what came of it is replaced. */
  before?: number;
  observations: Observation[];
  aggregates: StationAggregate[];
  /** The first ones; `rejected` counts them all. */
  rejects: Reject[];
  /** Items (and entries, and aggregates of an item) that were refused. */
  rejected: number;
  /** Observations found to be there already. */
  skipped: number;
  loaded: number;
  replaced: number;
  /** Aggregates of the station that were kept. */
  stored: number;
  /** Doubtful values in what was loaded. */
  doubtful: number;
  /** How often each unknown key came. */
  unknown: Map<string, number>;
  /** The latest stop of what was accepted, as local time in ms; NaN when there is none. */
  lastLocal: number;
}

/** Why a whole file is refused. */
interface Failure {
  /** Short code, also the incident's. */
  what: string;
  /** A sentence that says what is wrong and what to do. */
  reason: string;
  /** Where a syntax error stands. */
  position?: Position;
}

export function newReading(): Reading {
  return {
    observations: [],
    aggregates: [],
    rejects: [],
    rejected: 0,
    skipped: 0,
    loaded: 0,
    replaced: 0,
    stored: 0,
    doubtful: 0,
    unknown: new Map(),
    lastLocal: Number.NaN,
  };
}

/** An empty reading of the same file, for a failure that showed late. */
export function failedLike({ code, station }: Reading): Reading {
  return {
    ...newReading(),
    ...(code === undefined ? {} : { code }),
    ...(station === undefined ? {} : { station }),
  };
}

/** A report of a file lists this many rejects at most: a broken 1 GB file must not fill the memory. */
const LISTED = 10_000;

/** Notes that one piece of the file is refused, for one or several reasons. */
export function refuse(reading: Reading, reasons: readonly Reject[]): void {
  reading.rejected += 1;
  if (reading.rejects.length < LISTED) reading.rejects.push(...reasons);
}

/** Unknown keys counted by name; what comes beyond is counted together. */
const NAMED = 200;
const BEYOND = '(other keys)';

export function countUnknown(reading: Reading, key: string): void {
  const { unknown } = reading;
  const name = unknown.has(key) || unknown.size < NAMED ? key : BEYOND;
  unknown.set(name, (unknown.get(name) ?? 0) + 1);
}
