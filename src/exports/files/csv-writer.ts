import type { Cell } from '../api/cell.ts';
import type { CsvFormat } from '../api/file-format.ts';
import { QueryRows } from '../sources/query-rows.ts';
import { rowReader } from './row-cells.ts';
import { Lines } from './csv/csv-lines.ts';
import { orderOf } from './csv/order.ts';
import { WireLines } from './csv/wire-lines.ts';
import { Output } from './file-output.ts';
import type { Table, WriteRequest, Written } from './written.ts';

/** Characters that are gathered before they are written. */
const CHUNK = 128 * 1024;
/** Rows between two looks at the signal. */
const CHECK_EVERY = 256;
const BOM = '\uFEFF';

/**
 * Writes a table as a CSV file: lines end with CR LF, NULL is an empty cell. Memory does not grow with the rows. When it fails nothing is left.
 * @throws {Error} for what does not fit, with row (from 1), column and value; whatever the rows throw.
 */
export async function writeCsv(request: WriteRequest, format: CsvFormat, table: Table): Promise<Written> {
  request.signal?.throwIfAborted();
  const lines = new Lines(table.columns, format, request.timezone);
  const output = await Output.create(request.path);
  try {
    const writing = new Writing(request, format, output, lines);
    if (format.encoding === 'utf-8-bom') writing.begin(BOM);
    if (format.headerRow) writing.begin(lines.header());
    await writing.write(table);
    await writing.flush();
    request.signal?.throwIfAborted();
    request.progress?.(writing.rows);
    const { replaced } = lines.encoding;
    return { rows: writing.rows, replaced, sheets: [], ...(await output.finish()) };
  } catch (error) {
    await output.discard();
    throw error;
  }
}

class Writing {
  rows = 0;
  private readonly request: WriteRequest;
  private readonly output: Output;
  private readonly lines: Lines;
  private readonly format: CsvFormat;
  private readonly limit: number;
  private text = '';
  private wire: WireLines | undefined;

  constructor(request: WriteRequest, format: CsvFormat, output: Output, lines: Lines) {
    this.request = request;
    this.format = format;
    this.output = output;
    this.lines = lines;
    this.limit = request.limit ?? Infinity;
  }

  /** What comes ahead of the rows. */
  begin(text: string): void {
    this.text += text;
  }

  async write({ columns, rows }: Table): Promise<void> {
    if (this.limit <= 0) return;
    if (rows instanceof QueryRows) return this.writeQuery(rows as QueryRows<unknown>, columns);
    const read = rowReader(columns);
    for await (const row of rows) {
      this.rows += 1;
      this.text += this.lines.row(read(row), this.rows);
      if (this.text.length >= CHUNK) await this.flush();
      if (this.rows % CHECK_EVERY === 0) this.checkSize();
      if (this.rows >= this.limit) return;
    }
  }

  /** A query's rows reach the file without being made into objects; those of PostgreSQL without being made into cells. */
  private async writeQuery(query: QueryRows<unknown>, columns: Table['columns']): Promise<void> {
    const { lines, format } = this;
    const { timezone } = this.request;
    let order: readonly number[] = [];
    const batches = query.read((result): AsyncIterable<Buffer | readonly Cell[][]> => {
      order = orderOf(columns, result.names);
      if (!result.wire) return result.batches();
      this.wire = new WireLines(lines, result.wire, { columns, order, format, timezone });
      return result.wire.messages();
    });
    for await (const batch of batches) {
      if (Buffer.isBuffer(batch)) await this.writeMessages(batch);
      else await this.writeBatch(batch, order);
      if (this.rows >= this.limit) return;
    }
  }

  private async writeMessages(messages: Buffer): Promise<void> {
    const wire = this.wire!;
    for (let at = 0; at < messages.length && wire.rows < this.limit;) {
      at = wire.write(messages, at, this.limit);
      this.rows = wire.rows;
      if (wire.isFull) await this.flush();
    }
  }

  private async writeBatch(rows: readonly Cell[][], order: readonly number[]): Promise<void> {
    for (const row of rows) {
      if (this.rows >= this.limit) return;
      this.rows += 1;
      const cells = order.map((at) => row[at]);
      this.text += this.lines.row(cells, this.rows);
    }
    if (this.text.length >= CHUNK) await this.flush();
  }

  async flush(): Promise<void> {
    const { text } = this;
    this.text = '';
    if (text !== '') await this.output.write(Buffer.from(text, this.lines.encoding.node));
    const bytes = this.wire?.take();
    if (bytes) await this.output.write(bytes);
    this.checkSize();
  }

  private checkSize(): void {
    this.request.signal?.throwIfAborted();
    this.request.progress?.(this.rows);
  }
}
