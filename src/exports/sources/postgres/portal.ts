import type pg from 'pg';
import { atLine } from './at-line.ts';
import type { Wire } from './pg-inside.ts';
import { parameterText } from './parameter.ts';
import type { Tap } from './tap.ts';

/** Bytes of rows that are kept ready; more let the server wait. Two reads of a socket are in it. */
const READY_BYTES = 128 * 1024;

export interface Field {
  name: string;
  dataTypeID: number;
}

/**
 * One statement in the driver's queue whose rows are taken as they come from the socket. The server sends them all, without being asked for
 * portions, since only so may it work in parallel; it waits when the socket is full, because nobody reads.
 */
export class Portal {
  private readonly text: string;
  private readonly values: (string | null)[];
  private readonly tap: Tap;
  private readonly ready: Buffer[] = [];
  private readyBytes = 0;
  private known: readonly Field[] = [];
  private described = false;
  private ended = false;
  private error: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(text: string, parameters: readonly unknown[], tap: Tap) {
    this.text = text;
    this.values = parameters.map((value, i) => parameterText(value, i + 1));
    this.tap = tap;
  }

  /** The columns; none of a statement that gives no rows. */
  async fields(): Promise<readonly Field[]> {
    while (!this.described && !this.ended) await this.change();
    if (this.ended && this.error) throw this.error;
    return this.known;
  }

  /** Whole DataRow messages; undefined after the last. Rejects with the server's error, or when the connection is lost. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const rows = this.ready.shift();
      if (rows) {
        this.readyBytes -= rows.length;
        if (this.readyBytes < READY_BYTES) this.tap.resume();
        return rows;
      }
      if (this.ended && this.error) throw this.error;
      if (this.ended) return undefined;
      await this.change();
    }
  }

  get isEnded(): boolean {
    return this.ended;
  }

  // What the driver calls.

  submit(connection: pg.Connection): void {
    const wire = connection as unknown as Wire;
    this.tap.onRows = (rows) => {
      this.ready.push(rows);
      this.readyBytes += rows.length;
      if (this.readyBytes >= READY_BYTES) this.tap.pause();
      this.wake?.();
    };
    this.tap.onFault = (error) => this.handleError(error);
    wire.parse({ text: this.text, name: '' });
    wire.bind({ values: this.values });
    wire.describe({ type: 'P', name: '' });
    wire.execute({ portal: '', rows: 0 });
    wire.sync();
  }

  handleRowDescription({ fields }: { fields: Field[] }): void {
    this.known = fields;
    this.described = true;
    this.wake?.();
  }

  handleDataRow(): void {
    this.error ??= new Error('a row has passed the tap');
  }

  handlePortalSuspended(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}

  handleCopyInResponse(connection: { sendCopyFail(message: string): void }): void {
    connection.sendCopyFail('a source is only read');
  }

  handleCopyData(): void {}

  handleError(error: Error): void {
    this.error ??= atLine(error, this.text);
    // The driver tells no more after it.
    this.finish();
  }

  handleReadyForQuery(): void {
    this.finish();
  }

  private finish(): void {
    this.ended = true;
    this.tap.onRows = undefined;
    this.tap.onFault = undefined;
    this.wake?.();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}
