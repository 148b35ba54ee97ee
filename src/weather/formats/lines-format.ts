import type { Options } from 'csv-parse';
import type { z } from 'zod';
import { defineFormat, type Format, type FormatFile, type RecordReader } from './format.ts';

/** A format of lines that are cut into cells, such as CSV: records are read one by one, of files of any size. */
export interface LinesFormat<S extends z.ZodObject> extends Omit<Format<S>, 'open'> {
  /** How csv-parse cuts a file into records: `{ delimiter: ';' }`. Records may have any number of cells. */
  readonly csv: Options;
  /** Begins to read a file. */
  open(file: FormatFile, settings: z.output<S>): RecordReader;
}

/** Declares a format of lines: reads files in memory and piece by piece alike. */
export function defineLinesFormat<S extends z.ZodObject>({
  csv,
  open,
  ...format
}: LinesFormat<S>): Format<S> {
  return defineFormat({
    ...format,
    async open(settings) {
      const { LinesReader } = await import('./read-lines.ts');
      return new LinesReader(csv, (file) => open(file, settings));
    },
  });
}
