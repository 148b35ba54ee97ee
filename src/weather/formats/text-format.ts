import type { Options } from 'csv-parse';
import type { ItemReader } from '../load/read-item.ts';
import type { Reading } from '../load/reading.ts';
import type { Stations } from '../load/stations.ts';

/** A format of lines and cells. */
export interface TextFormat {
  /** How csv-parse cuts a file into records. */
  csv: Options;
  /** What a byte of the file costs, in memory or in time, of what a byte of a JSON file does; roughly. */
  weight: number;
  /** Begins to read a file. */
  open(file: TextFile): RecordReader;
}

/** A file that is being read. */
export interface TextFile {
  /** Path below the inbox under which it arrived. */
  name: string;
  reading: Reading;
  stations: Stations;
  items: ItemReader;
}

/**
 * Reads the records of one file, in their order: observations go through the same `ItemReader` as those of JSON
 * files, so that limits, doubts and rejects are the same. What cannot be loaded is in `reading`; a failure set
 * there ends the reading.
 */
export interface RecordReader {
  /** `line` counts from 1: the line on which the record ends. */
  read(cells: readonly string[], line: number): void;
  /** After the last record. */
  end(): void;
}
