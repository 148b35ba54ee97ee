import { Output } from '../file-output.ts';
import type { Book } from '../sheet/workbook-writer.ts';
import { compoundFile } from './compound-file.ts';
import { DEFAULT_XF, globals } from './globals.ts';
import { bof, Id, isNarrow, record, u16, u32 } from './xls-records.ts';
import { SharedTexts } from './shared-texts.ts';
import { Spool } from './spool.ts';

/** Characters of a text that may stand in its cell. */
const LONGEST_LABEL = 255;
/** Bytes that are gathered before they are written. */
const CHUNK = 64 * 1024;
/** The longest row: 256 cells, each with the longest text that may stand in it. */
const LONGEST_ROW = 256 * (4 + 9 + LONGEST_LABEL * 2);
/** Programs count the bytes with a sign. */
const MOST_BYTES = 2 ** 31 - 2 ** 20;

/**
 * An `.xls` file (BIFF8). Sheets are written aside as their rows come, for what comes ahead of them tells where they are: nothing of the rows is
 * kept in memory.
 */
export class XlsBook implements Book {
  private readonly output: Output;
  private readonly body: Spool;
  private readonly longTexts: Spool;
  private readonly texts: SharedTexts;
  private readonly sheets: { name: string; start: number }[] = [];
  private readonly styles = new Map<string, number>();
  private readonly data = Buffer.allocUnsafe(CHUNK + LONGEST_ROW);
  private used = 0;
  private row = -1;
  private width = 0;

  private constructor(output: Output, body: Spool, longTexts: Spool) {
    this.output = output;
    this.body = body;
    this.longTexts = longTexts;
    this.texts = new SharedTexts(longTexts);
  }

  static async create(output: Output): Promise<XlsBook> {
    return new XlsBook(output, await Spool.create(output.path), await Spool.create(output.path));
  }

  async beginSheet(name: string): Promise<void> {
    await this.endSheet();
    this.sheets.push({ name, start: this.body.size });
    this.row = -1;
    this.width = 0;
    await this.body.append(Buffer.concat([bof('sheet'), this.dimensions()]));
  }

  beginRow(): void {
    this.row += 1;
  }

  text(column: number, text: string): void {
    if (text.length > LONGEST_LABEL) {
      this.cell(Id.LabelSst, 10, column, DEFAULT_XF);
      this.used = this.data.writeUInt32LE(this.texts.add(text), this.used);
      return;
    }
    const narrow = isNarrow(text);
    this.cell(Id.Label, 9 + (narrow ? text.length : text.length * 2), column, DEFAULT_XF);
    this.used = this.data.writeUInt16LE(text.length, this.used);
    this.used = this.data.writeUInt8(narrow ? 0 : 1, this.used);
    this.used += this.data.write(text, this.used, narrow ? 'latin1' : 'utf16le');
  }

  number(column: number, value: number, format?: string): void {
    this.cell(Id.Number, 14, column, format === undefined ? DEFAULT_XF : this.styleOf(format));
    // Spreadsheets have no -0.
    this.used = this.data.writeDoubleLE(value + 0, this.used);
  }

  boolean(column: number, value: boolean): void {
    this.cell(Id.BoolErr, 8, column, DEFAULT_XF);
    this.used = this.data.writeUInt16LE(value ? 1 : 0, this.used);
  }

  endRow(): Promise<void> | undefined {
    return this.used < CHUNK && !this.texts.pending ? undefined : this.flush();
  }

  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.endSheet();
    await this.texts.finish();
    const { before, after } = globals(this.sheets, [...this.styles.keys()], this.longTexts.size);
    const length = before.length + this.longTexts.size + after.length + this.body.size;
    if (length > MOST_BYTES)
      throw new Error(
        `it has ${length} bytes, more than an .xls file may have; expected .xlsx, or fewer rows`,
      );
    const envelope = compoundFile('Workbook', length);
    await this.output.write(envelope.before);
    await this.output.write(before);
    for await (const chunk of this.longTexts.chunks()) await this.output.write(chunk);
    await this.output.write(after);
    for await (const chunk of this.body.chunks()) await this.output.write(chunk);
    for (const chunk of envelope.after()) await this.output.write(chunk);
    await this.closeSpools();
    return this.output.finish();
  }

  async discard(): Promise<void> {
    await this.closeSpools();
    await this.output.discard();
  }

  /** Begins a cell's record. */
  private cell(id: number, size: number, column: number, style: number): void {
    const { data } = this;
    let at = data.writeUInt16LE(id, this.used);
    at = data.writeUInt16LE(size, at);
    at = data.writeUInt16LE(this.row, at);
    at = data.writeUInt16LE(column, at);
    this.used = data.writeUInt16LE(style, at);
    if (column >= this.width) this.width = column + 1;
  }

  private styleOf(format: string): number {
    let style = this.styles.get(format);
    if (style === undefined) this.styles.set(format, (style = DEFAULT_XF + 1 + this.styles.size));
    return style;
  }

  private async endSheet(): Promise<void> {
    const sheet = this.sheets.at(-1);
    if (!sheet) return;
    await this.flush();
    await this.body.patch(sheet.start + bof('sheet').length, this.dimensions());
    // Grid, headings and zeros shown, default colours; the first sheet is the one in front.
    const options = 0x00b6 | (this.sheets.length === 1 ? 0x0600 : 0);
    await this.body.append(
      Buffer.concat([record(Id.Window2, u16(options, 0, 0, 64, 0, 0, 0, 0, 0)), record(Id.EOF)]),
    );
  }

  private dimensions(): Buffer {
    return record(Id.Dimensions, u32(0, this.row + 1), u16(0, this.width, 0));
  }

  private async flush(): Promise<void> {
    await this.body.append(this.data.subarray(0, this.used));
    this.used = 0;
    await this.texts.flush();
  }

  private async closeSpools(): Promise<void> {
    await Promise.all([this.body.close(), this.longTexts.close()]);
  }
}
