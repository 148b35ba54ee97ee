import { pipeline } from 'node:stream/promises';
import { CsvError, parse, type Options } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';
import type { FileOnDisk, FormatFile, FormatReader, RecordReader } from './format.ts';

/** A record longer than this is no line of text. */
const LONGEST_RECORD = 2 ** 20;
/** Cut into cells in one go, between turns of sockets and timers. */
const PIECE = 2 ** 16;
/** Records between two moments at which what was read may be written. */
const TOGETHER = 256;

/** Reads files of lines and cells. */
export class LinesReader implements FormatReader {
  private readonly csv: Options;
  private readonly open: (file: FormatFile) => RecordReader;

  /** `csv` is what csv-parse is told; records may have any number of cells, so that a bad line costs no other. */
  constructor(csv: Options, open: (file: FormatFile) => RecordReader) {
    this.csv = {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LONGEST_RECORD,
      ...csv,
    };
    this.open = open;
  }

  read(bytes: Buffer, file: FormatFile): void {
    const reader = this.open(file);
    try {
      parseNow(bytes, {
        ...this.csv,
        on_record(cells: string[], { lines }) {
          if (!file.failed) reader.read(cells, lines);
          // Nothing is collected.
          return null;
        },
      });
    } catch (error) {
      fail(file, error);
    }
    reader.end?.();
  }

  async *stream(disk: FileOnDisk, file: FormatFile): AsyncGenerator<void> {
    const reader = this.open(file);
    const parser = parse({ ...this.csv, info: true });
    // What fails there is thrown by the loop over the parser.
    pipeline(disk.pieces(PIECE), parser).catch(() => undefined);
    let records = 0;
    try {
      for await (const { record, info } of parser as AsyncIterable<{
        record: string[];
        info: { lines: number };
      }>) {
        reader.read(record, info.lines);
        if (file.failed) break;
        records += 1;
        if (records % TOGETHER === 0) yield;
      }
    } catch (error) {
      fail(file, error);
    }
    reader.end?.();
  }
}

/** Fails a file that cannot be cut into records. Throws the error again when it is another one. */
function fail(file: FormatFile, error: unknown): void {
  if (!(error instanceof CsvError)) throw error;
  file.fail('broken-csv', `${error.message}; mend the file or fetch it again, then \`regie weather retry\``);
}
