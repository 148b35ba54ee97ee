import type { Socket } from 'node:net';
import type { Inside } from './pg-inside.ts';

/** Type of the message that holds a row: `D`. */
const ROW = 0x44;
/** Type and length. */
const HEAD = 5;

/**
 * Takes rows out of what a PostgreSQL server sends, as they are, before the driver makes strings of each cell: all other messages go on to the
 * driver, in their order. It stands between the socket and the driver's listener, which is all that the driver reads by.
 */
export class Tap {
  /** Gets whole DataRow messages, one after the other; without one they go to the driver. */
  onRows: ((rows: Buffer) => void) | undefined;
  /** Hears when the driver stumbles over what it is handed; the connection ends with that. */
  onFault: ((error: Error) => void) | undefined;
  private readonly socket: Socket;
  private readonly driver: (chunk: Buffer) => void;
  /** The beginning of a message whose rest has not come, and how long it must be to know more. */
  private pieces: Buffer[] = [];
  private have = 0;
  private need = HEAD;

  constructor({ socket, reader }: Inside) {
    this.socket = socket;
    this.driver = reader;
    socket.off('data', reader);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
  }

  /** Lets the server wait, and go on. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  private take(chunk: Buffer): void {
    this.pieces.push(chunk);
    this.have += chunk.length;
    if (this.have < this.need) return;
    const buffer = this.pieces.length === 1 ? chunk : Buffer.concat(this.pieces, this.have);
    const rest = buffer.subarray(this.pass(buffer));
    this.pieces = rest.length === 0 ? [] : [rest];
    this.have = rest.length;
  }

  /** Passes on the whole messages of a buffer; gives where the first one begins that is not whole. */
  private pass(buffer: Buffer): number {
    let at = 0;
    let run = 0;
    let rows = false;
    this.need = HEAD;
    while (at + HEAD <= buffer.length) {
      const end = at + 1 + buffer.readUInt32BE(at + 1);
      if (end > buffer.length) {
        this.need = end - at;
        break;
      }
      if ((buffer[at] === ROW) !== rows) {
        this.hand(buffer.subarray(run, at), rows);
        run = at;
        rows = !rows;
      }
      at = end;
    }
    this.hand(buffer.subarray(run, at), rows);
    return at;
  }

  private hand(messages: Buffer, rows: boolean): void {
    if (messages.length === 0) return;
    if (rows && this.onRows) return this.onRows(messages);
    try {
      this.driver(messages);
    } catch (error) {
      this.onFault?.(error as Error);
      this.socket.destroy(error as Error);
    }
  }
}
