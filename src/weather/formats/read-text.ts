import { CsvError, type Options } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Failure } from '../load/reading.ts';
import type { TextFile, TextFormat } from './text-format.ts';

/** A record longer than this is no line of text. */
const LONGEST_RECORD = 2 ** 20;

/** Reads a whole file of lines and cells. What cannot be loaded is in `reading`. */
export function readText(bytes: Buffer, file: TextFile, { csv, open }: TextFormat): void {
  const reader = open(file);
  try {
    parse(bytes, {
      ...parsing(csv),
      on_record(cells: string[], { lines }) {
        reader.read(cells, lines);
        // Nothing is collected.
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    file.reading.failure = brokenText(error);
  }
  reader.end();
}

/** What csv-parse is told: records may have any number of cells, so that a bad line costs no other. */
export function parsing(csv: Options): Options {
  return {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    ...csv,
  };
}

/** The failure of a file that cannot be cut into records. */
export function brokenText(error: CsvError): Failure {
  return {
    what: 'broken-csv',
    reason: `${error.message}; mend the file or fetch it again, then \`regie weather retry\``,
  };
}
