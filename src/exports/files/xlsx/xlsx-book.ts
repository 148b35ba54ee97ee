import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { ZipFile } from 'yazl';
import { Output } from '../file-output.ts';
import type { Book } from '../sheet/workbook-writer.ts';
import { columnLetters } from './column-letters.ts';
import { sheetBegin, sheetEnd, sheetPart, smallParts } from './parts.ts';
import { keepsSpace, xmlText } from './text.ts';

/** Characters that are gathered before they are compressed. */
const CHUNK = 64 * 1024;
/** Higher levels cost far more than they save: a sheet is mostly markup. */
const COMPRESSION = 1;
/** The same rows give the same bytes. */
const always = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, compressionLevel: COMPRESSION };

/**
 * An `.xlsx` file that is compressed as its rows come: nothing of them is kept. Text stands in its cells; a table of shared texts would grow with
 * the rows.
 */
export class XlsxBook implements Book {
  private readonly output: Output;
  private readonly zip = new ZipFile();
  private readonly written: Promise<void>;
  private failure: Error | undefined;
  private readonly sheets: string[] = [];
  private readonly styles = new Map<string, number>();
  private sheet: PassThrough | undefined;
  private xml = '';
  private row = 0;

  constructor(output: Output) {
    this.output = output;
    this.written = this.write();
    // Whoever waits for the sheet or the end learns of it; nobody may be waiting right now.
    this.written.catch((error: Error) => this.fail(error));
    this.zip.on('error', (error: Error) => this.fail(error));
    this.zip.outputStream.on('error', (error: Error) => this.fail(error));
  }

  async beginSheet(name: string): Promise<void> {
    await this.endSheet();
    this.sheets.push(name);
    this.sheet = new PassThrough({ highWaterMark: 4 * CHUNK });
    this.sheet.on('error', (error: Error) => this.fail(error));
    this.zip.addReadStream(this.sheet, sheetPart(this.sheets.length), always);
    this.xml = sheetBegin;
    this.row = 0;
  }

  beginRow(): void {
    this.row += 1;
    this.xml += `<row r="${this.row}">`;
  }

  text(column: number, text: string): void {
    const space = keepsSpace(text) ? ' xml:space="preserve"' : '';
    this.xml += `<c r="${columnLetters(column)}${this.row}" t="inlineStr"><is><t${space}>${xmlText(text)}</t></is></c>`;
  }

  number(column: number, value: number, format?: string): void {
    const style = format === undefined ? '' : ` s="${this.styleOf(format)}"`;
    this.xml += `<c r="${columnLetters(column)}${this.row}"${style}><v>${value}</v></c>`;
  }

  boolean(column: number, value: boolean): void {
    this.xml += `<c r="${columnLetters(column)}${this.row}" t="b"><v>${value ? 1 : 0}</v></c>`;
  }

  endRow(): Promise<void> | undefined {
    this.xml += '</row>';
    return this.xml.length < CHUNK ? undefined : this.flush();
  }

  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.endSheet();
    for (const [name, xml] of Object.entries(smallParts(this.sheets, [...this.styles.keys()])))
      this.zip.addBuffer(Buffer.from(xml), name, always);
    this.zip.end();
    await this.written;
    return this.output.finish();
  }

  async discard(): Promise<void> {
    this.fail(new Error('the workbook is discarded'));
    await this.written.catch(() => {});
    await this.output.discard();
  }

  private styleOf(format: string): number {
    let style = this.styles.get(format);
    if (style === undefined) this.styles.set(format, (style = this.styles.size + 1));
    return style;
  }

  private async endSheet(): Promise<void> {
    if (!this.sheet) return;
    this.xml += sheetEnd;
    await this.flush();
    this.sheet.end();
    this.sheet = undefined;
  }

  private async flush(): Promise<void> {
    const { sheet, xml } = this;
    this.xml = '';
    if (this.failure) throw this.failure;
    if (!sheet!.write(xml)) await once(sheet!, 'drain');
  }

  private async write(): Promise<void> {
    for await (const chunk of this.zip.outputStream) await this.output.write(chunk as Buffer);
  }

  /** Ends both ends of the pipe, so that nobody waits for the other one. */
  private fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.sheet?.destroy(error);
    (this.zip.outputStream as PassThrough).destroy(error);
  }
}
