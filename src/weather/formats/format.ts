import type { z } from 'zod';

/**
 * A format of files with observations. The built-in ones are listed in `built-in.ts`, an installation's own in `weather.formats` of
 * its `regie.config.ts`; entries of a task's `formats` name one, for files of some names.
 */
export interface Format<S extends z.ZodObject = z.ZodObject> {
  /** A lower-case word, as `format:` of an entry has it: `meteofrance`. */
  readonly name: string;
  /** What an entry may hold beside `match` and `format`: `z.strictObject({ … })`. */
  readonly settings: S;
  /**
   * What a byte of a file costs, in memory or in time, of what a byte of the network's JSON does; roughly, 1 when left out. Files of
   * more than the task's `streamBytes` by that measure are streamed, the others read together in groups.
   */
  readonly weight?: number;
  /** Makes the reader of an entry's files, when the first of them comes. What is heavy may be imported here. */
  open(settings: z.output<S>): FormatReader | Promise<FormatReader>;
}

/**
 * Reads files, one after the other. What it throws fails the file that it was given, with all that was read of it, and no
 * other one: the file goes to `failed/`, with a report and an incident, and `regie weather retry` takes it up again.
 */
export interface FormatReader {
  /** Reads a whole file that is in memory. */
  read(bytes: Buffer, file: FormatFile): void | Promise<void>;
  /**
   * Reads a file that is too large for that. Each `yield` is a moment at which what was read may be written, so that it need not
   * be kept: yield after some hundred observations. All that was written goes again when the file fails later. Left out where only
   * whole files can be read: larger ones fail, and say so.
   */
  stream?(disk: FileOnDisk, file: FormatFile): AsyncIterable<unknown>;
}

/** A file that is too large for the memory. */
export interface FileOnDisk {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** Its content from the beginning, in pieces of at most so many bytes (1 MiB when left out); may be called again. */
  pieces(size?: number): AsyncIterable<Buffer>;
}

/**
 * A file that is being read: what it holds is handed over piece by piece, and judged as all observations are, by the limits of their
 * station and against what is there already. What has a fault is refused by itself, and named in the report beside the file.
 */
export interface FormatFile {
  /** Path below the inbox under which it arrived, with `/`. */
  readonly name: string;
  /** Whether `fail` was called: nothing of the file is loaded then, and the rest need not be read. */
  readonly failed: boolean;
  /**
   * The station of a code; undefined when nobody knows it. Where the configuration says `autoRegister`, one that could be a
   * code becomes a station with its first observation.
   */
  station(code: string): FormatStation | undefined;
  /** The stations that there are, in words, for a message: `known: GILLOT, FORX`. */
  knownStations(): string;
  /** Says that the whole file is of one station, before its first observation or without any: gives it, if somebody knows it. */
  belongsTo(code: string): FormatStation | undefined;
  /** Hands over an observation. */
  observation(observation: FormatObservation, position?: InputPosition): void;
  /**
   * Hands over an item as the network's stations send it in `data`: `{ stop_dat, duration, valeurs }` or `{ stop_dat, current }`,
   * with `aggregations` and `validation`. `type` is `info.json_type` of its entry: without it, or `O`, or `C`, an observation.
   */
  item(station: string, item: unknown, position: Pick<InputPosition, 'entry' | 'item'>, type?: unknown): void;
  /** Refuses a piece of the file, for one or several reasons; the others are loaded. */
  refuse(...reasons: Refusal[]): void;
  /** Counts something that is left out, or kept without being understood, by its name; runs report how often. */
  unknown(name: string): void;
  /** Says that a piece was read that rightly gives nothing, such as a missing value: a file that gives nothing else is no empty one. */
  skip(): void;
  /**
   * Fails the file: nothing of it is loaded.
   * @param what a short code, also the incident's: `empty-file`
   * @param reason a sentence that says what is wrong, what was expected, and what to do
   * @param position where a syntax error stands
   */
  fail(what: string, reason: string, position?: Position): void;
}

/** A station, as formats need it. */
export interface FormatStation {
  readonly code: string;
  /** Of its clock (IANA). */
  readonly timezone: string;
}

/** An observation as formats hand it over. */
export interface FormatObservation {
  /** The code of its station. */
  station: string;
  /** The end of its period; a text is `YYYY-MM-DDTHH:MM[:SS]` by the station's clock, unless `Z` or `+04:00` follows. */
  stop: Date | string;
  /** Length of its period in minutes, at most a day's. */
  duration: number;
  /**
   * By Regie's names: a measure (`out_temp`, the value at the end of the period) or a part of one (`out_temp_avg`, `out_temp_max`,
   * `out_temp_max_time`, `wind_dir` …), in Regie's units. Null and undefined are the same as absent. Another name refuses the observation.
   */
  values: Readonly<Record<string, number | Date | string | null | undefined>>;
  /** What is no measure of Regie's, by the file's own names: kept beside the observation as it is, and counted. */
  others?: Readonly<Record<string, unknown>>;
  /** Names among `values` that the source itself calls doubtful. */
  doubtful?: readonly string[];
  /** Takes the place of one with the same stop that is there, instead of being skipped. */
  replace?: boolean;
}

/** Where something stands in a file; without any of it, things are counted as they are handed over. */
export interface InputPosition {
  /** In a file of lines, from 1. */
  line?: number;
  /** In a file of records, from 1. */
  record?: number;
  /** In a JSON file's array of entries, from 0. */
  entry?: number;
  /** In the entry's `data`, from 0; absent when the entry itself is meant. */
  item?: number;
  /** The time as it stands there, and the name of its field or column; both for messages. */
  stop?: string;
  field?: string;
}

/** Why a piece of a file is refused. */
export interface Refusal extends InputPosition {
  /** A short code of the cause: `not-a-number`. */
  what: string;
  /** What stands there. */
  value?: unknown;
  /** What was expected: `a number`. */
  expected: string;
}

/** Where a text goes wrong. */
export interface Position {
  /** From 0, in bytes of the file. */
  offset: number;
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column: number;
  /** The text around it. */
  near: string;
}

/** Reads the records of one file, in their order. */
export interface RecordReader {
  /** `line` counts from 1: the line on which the record ends. */
  read(cells: readonly string[], line: number): void;
  /** After the last record. */
  end?(): void;
}

/** Declares a format; only gives its settings their type. */
export function defineFormat<S extends z.ZodObject>(format: Format<S>): Format<S> {
  return format;
}
