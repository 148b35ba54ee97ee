import { Id, isNarrow, LONGEST_RECORD, u16, u32 } from './xls-records.ts';
import type { Spool } from './spool.ts';

/**
 * The table of shared texts: those too long to stand in their cells. Each is there for itself, so that the table need not be remembered.
 * Records are filled to the brim; a text that does not fit goes on in the next one, whose first byte says anew how wide characters are:
 * [MS-XLS] 2.5.293 and 2.4.58.
 */
export class SharedTexts {
  private readonly spool: Spool;
  private count = 0;
  /** Records that are full, for the next `flush`. */
  private full: Buffer[] = [];
  private id: number = Id.SST;
  private readonly data = Buffer.alloc(LONGEST_RECORD);
  private used = 8;

  constructor(spool: Spool) {
    this.spool = spool;
  }

  /** Its number in the table. */
  add(text: string): number {
    const narrow = isNarrow(text);
    const width = narrow ? 1 : 2;
    // Its head and its first character stand together.
    if (LONGEST_RECORD - this.used < 3 + width) this.next();
    this.used = this.data.writeUInt16LE(text.length, this.used);
    this.used = this.data.writeUInt8(narrow ? 0 : 1, this.used);
    for (let at = 0; at < text.length;) {
      if (LONGEST_RECORD - this.used < width) {
        this.next();
        this.used = this.data.writeUInt8(narrow ? 0 : 1, this.used);
      }
      const fits = Math.floor((LONGEST_RECORD - this.used) / width);
      const part = text.slice(at, at + fits);
      this.used += this.data.write(part, this.used, narrow ? 'latin1' : 'utf16le');
      at += part.length;
    }
    this.count += 1;
    return this.count - 1;
  }

  /** Anything to write yet? */
  get pending(): boolean {
    return this.full.length > 0;
  }

  async flush(): Promise<void> {
    const { full } = this;
    this.full = [];
    if (full.length > 0) await this.spool.append(Buffer.concat(full));
  }

  /** Writes the last record, and the table's length at its beginning. */
  async finish(): Promise<void> {
    if (this.count === 0) return;
    this.next();
    await this.flush();
    await this.spool.patch(4, u32(this.count, this.count));
  }

  private next(): void {
    this.full.push(Buffer.concat([u16(this.id, this.used), this.data.subarray(0, this.used)]));
    this.id = Id.Continue;
    this.used = 0;
  }
}
