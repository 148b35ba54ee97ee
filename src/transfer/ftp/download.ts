import type { OnReadOpts, Socket } from 'node:net';
import { FTPError, type FTPResponse } from 'basic-ftp';
import { dialChannel, openChannel, readEpsvPort, type DataChannel } from './data-channel.ts';
import type { Dialogue } from './dialogue.ts';
import type { Server } from './ftp-server.ts';

/**
 * Takes what arrives. A promise holds the sender back until it settles; an error ends the transfer and its connection.
 */
export interface Receiver {
  /** Takes a chunk of what arrived. */
  take(chunk: Buffer): Promise<void> | undefined;
  /** Memory into which the next bytes may be read; never empty. Where there is none they come by `take`. */
  space?(): Buffer;
  /** So many bytes are in that memory now. */
  landed?(bytes: number): Promise<void> | undefined;
}

/** What the receiver threw: not the connection's fault, so trying again on another one cannot help. */
export class ReceiverError extends Error {
  constructor(cause: unknown) {
    super((cause as Error).message, { cause });
    this.name = 'ReceiverError';
  }
}

/** All data has arrived; whether the server is content comes a round trip later. */
export interface Received {
  /** Throws `FTPError` when it is not, and what closed the connection before it said so. */
  confirmed: Promise<unknown>;
}

/**
 * Sends a command whose answer comes over a data connection, and gives the data to `receiver`. Done when the data has
 * ended; the next command may be sent while the server confirms that. `startAt`: the byte of the file to begin with.
 *
 * Throws `FTPError` when the server answers no; then the control connection can be used further. After any other
 * error it is closed.
 */
export function download(
  dialogue: Dialogue,
  server: Server,
  command: string,
  receiver: Receiver,
  startAt = 0,
): Promise<Received> {
  return new Transfer(dialogue, server, receiver).run(command, startAt);
}

/** A refusal is on its way when the server has shut its port at once: waited for so long, ms. */
const LATE_REFUSAL = 500;

class Transfer {
  private readonly dialogue: Dialogue;
  private readonly server: Server;
  private readonly receiver: Receiver;
  private socket: Socket | undefined;
  private channel: DataChannel | undefined;
  private over = false;
  private readonly ended: Promise<void>;
  private end: () => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;

  constructor(dialogue: Dialogue, server: Server, receiver: Receiver) {
    this.dialogue = dialogue;
    this.server = server;
    this.receiver = receiver;
    this.ended = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    // It may fail before it is awaited.
    this.ended.catch(() => undefined);
  }

  async run(command: string, startAt: number): Promise<Received> {
    const { dialogue } = this;
    try {
      const received = await this.begin(command, startAt);
      // A refusal instead of data, or the end of the connection.
      received.confirmed.catch((error: Error) => this.fail(error));
      await this.ended;
      return received;
    } finally {
      this.over = true;
      this.channel?.cancel();
      dialogue.ftp.dataSocket = undefined;
      dialogue.silent = false;
    }
  }

  private async begin(command: string, startAt: number): Promise<Received> {
    const { dialogue, server } = this;
    const send = () => {
      const confirmed = dialogue.send(command, () => (dialogue.silent = !this.over));
      confirmed.catch(() => undefined);
      return { confirmed };
    };
    // Once EPSV is known to work both commands go in one packet: a round trip less.
    if (startAt === 0 && server.passive && server.pipelines && server.extended) {
      const answer = dialogue.send('EPSV');
      const received = send();
      this.use(dialChannel(dialogue.ftp, server, await this.readPort(answer), this.onread));
      return received;
    }
    this.use(await openChannel(dialogue, server, this.onread));
    if (startAt > 0) await dialogue.send(`REST ${startAt}`);
    return send();
  }

  /** The port that EPSV gives. Without one what the other command does is unknown: the connection is closed. */
  private async readPort(answer: Promise<FTPResponse>): Promise<number> {
    const { dialogue, server } = this;
    try {
      const { message } = await answer;
      const port = readEpsvPort(message);
      if (port !== undefined) return port;
      throw new Error(`expected a port after EPSV, found ${message}`);
    } catch (error) {
      server.pipelines = false;
      const plain =
        error instanceof FTPError ? new Error(`EPSV is refused: ${error.message}`) : (error as Error);
      dialogue.ftp.closeWithError(plain);
      throw plain;
    }
  }

  /** How a direct connection is read into the receiver's own memory. */
  private get onread(): OnReadOpts | undefined {
    const { receiver } = this;
    if (!this.server.direct || !receiver.space || !receiver.landed) return undefined;
    return {
      buffer: () => receiver.space!(),
      callback: (bytes) => this.receive(() => receiver.landed!(bytes)),
    };
  }

  /** The command is sent while the connection is being opened: the server waits for it, and a round trip is saved. */
  private use(channel: DataChannel): void {
    this.channel = channel;
    channel.socket.then(
      (socket) => this.attach(socket),
      (error: Error) => setTimeout(() => this.breakOff(error), LATE_REFUSAL),
    );
  }

  private attach(socket: Socket): void {
    const { ftp } = this.dialogue;
    if (this.over) {
      socket.destroy();
      return;
    }
    // From here on the context hears its errors and closes it.
    ftp.dataSocket = socket;
    this.socket = socket;
    socket.setTimeout(ftp.timeout);
    socket.on('data', (chunk: Buffer) => this.receive(() => this.receiver.take(chunk)));
    socket.once('end', () => this.end());
    socket.once('close', () => this.breakOff(new Error('the data connection was closed before its end')));
  }

  /** False when the sender is to be held back. */
  private receive(take: () => Promise<void> | undefined): boolean {
    if (this.over) return true;
    try {
      const busy = take();
      if (busy === undefined) return true;
      void this.holdBack(this.socket!, busy);
    } catch (error) {
      this.breakOff(new ReceiverError(error));
    }
    return false;
  }

  private async holdBack(socket: Socket, busy: Promise<void>): Promise<void> {
    socket.pause();
    // Whoever is slow now, it is not the server.
    socket.setTimeout(0);
    try {
      await busy;
    } catch (error) {
      this.breakOff(new ReceiverError(error));
    }
    if (this.over) return;
    socket.setTimeout(this.dialogue.ftp.timeout);
    socket.resume();
  }

  /** Both connections are of no use any more. */
  private breakOff(error: Error): void {
    if (this.over) return;
    this.fail(error);
    this.dialogue.ftp.closeWithError(error);
  }
}
