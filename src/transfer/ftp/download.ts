import type { OnReadOpts, Socket } from 'node:net';
import { FTPError, type FTPContext, type FTPResponse, type TaskResolver } from 'basic-ftp';
import { dialChannel, openChannel, readEpsvPort, type DataChannel } from './data-channel.ts';
import { keepPort, takePort } from './next-port.ts';
import { sendAll } from './send.ts';
import type { Server } from './server.ts';

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

/**
 * Sends a command whose answer comes over a data connection, and gives the data to `receiver`. Done when the data
 * has ended and the server has confirmed it, in whichever order. `startAt`: the byte of the file to begin with.
 *
 * Throws `FTPError` when the server answers no; then the control connection can be used further. After any other
 * error it is closed.
 */
export async function download(
  ftp: FTPContext,
  server: Server,
  command: string,
  receiver: Receiver,
  startAt = 0,
): Promise<void> {
  const transfer = new Transfer(ftp, server, command, receiver);
  const commands = startAt > 0 ? [`REST ${startAt}`] : [command];
  const port = takePort(ftp);
  if (port !== undefined) {
    transfer.use(dialChannel(ftp, server, port, transfer.onread));
    await transfer.run(commands);
    return;
  }
  // Once EPSV is known to work both commands go in one packet: a round trip less.
  if (startAt === 0 && server.passive && server.pipelines && server.extended) {
    await transfer.run(['EPSV', command]);
    return;
  }
  transfer.use(await openChannel(ftp, server, transfer.onread));
  await transfer.run(commands);
}

/** A refusal is on its way when the server has shut its port at once: waited for so long, ms. */
const LATE_REFUSAL = 500;

class Transfer {
  private readonly ftp: FTPContext;
  private readonly server: Server;
  private readonly command: string;
  private readonly receiver: Receiver;
  private socket: Socket | undefined;
  private channel: DataChannel | undefined;
  private over = false;
  private ended = false;
  /** What the server said at the end, and who waits for it. */
  private verdict: { reply: FTPResponse | FTPError; task: TaskResolver } | undefined;
  /** The next transfer's port is asked for, and not told yet. */
  private asksAhead = false;

  constructor(ftp: FTPContext, server: Server, command: string, receiver: Receiver) {
    this.ftp = ftp;
    this.server = server;
    this.command = command;
    this.receiver = receiver;
  }

  /** How a direct connection is read into the receiver's own memory. */
  get onread(): OnReadOpts | undefined {
    const { receiver } = this;
    if (!this.server.direct || !receiver.space || !receiver.landed) return undefined;
    return {
      buffer: () => receiver.space!(),
      callback: (bytes) => this.receive(() => receiver.landed!(bytes)),
    };
  }

  /** Sends commands in one go and waits for the end. */
  async run(commands: readonly string[]): Promise<void> {
    const { ftp } = this;
    try {
      await sendAll(ftp, commands, (reply, task) => this.answer(reply, task));
    } finally {
      this.over = true;
      this.channel?.cancel();
      ftp.dataSocket = undefined;
    }
  }

  /** The command is sent while the connection is being opened: the server waits for it, and a round trip is saved. */
  use(channel: DataChannel): void {
    this.channel = channel;
    channel.socket.then(
      (socket) => this.attach(socket),
      (error: Error) => setTimeout(() => !this.over && this.ftp.closeWithError(error), LATE_REFUSAL),
    );
  }

  private answer(reply: FTPResponse | Error, task: TaskResolver): void {
    const { ftp } = this;
    if (this.channel === undefined) this.enter(reply, task);
    // The connection is lost: no answer will come.
    else if (reply instanceof Error && !(reply instanceof FTPError)) task.reject(reply);
    else if (this.verdict) this.hearPort(reply);
    else if (reply instanceof FTPError) this.conclude(reply, task);
    else if (reply.code === 350) ftp.send(this.command);
    // The data connection tells whether the server is alive, until it ends.
    else if (reply.code < 200) ftp.socket.setTimeout(this.ended ? ftp.timeout : 0);
    else if (reply.code < 300) this.conclude(reply, task);
    else
      ftp.closeWithError(
        new Error(`expected data after ${this.command.slice(0, 4)}, found ${reply.message}`),
      );
  }

  /** The answer to EPSV. */
  private enter(reply: FTPResponse | Error, task: TaskResolver): void {
    const port = reply instanceof Error ? undefined : readEpsvPort(reply.message);
    if (port !== undefined) {
      this.use(dialChannel(this.ftp, this.server, port, this.onread));
      return;
    }
    // The answer to the other command is on its way, and means nothing.
    this.server.pipelines = false;
    const error = new Error(`expected a port after EPSV, found ${reply.message}`);
    task.reject(error);
    this.ftp.closeWithError(error);
  }

  private attach(socket: Socket): void {
    const { ftp } = this;
    if (this.over) {
      socket.destroy();
      return;
    }
    // From here on the context hears its errors and closes it.
    ftp.dataSocket = socket;
    socket.setTimeout(ftp.timeout);
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.receive(() => this.receiver.take(chunk)));
    socket.once('end', () => {
      this.ended = true;
      socket.setTimeout(0);
      ftp.socket.setTimeout(ftp.timeout);
      this.askAhead();
      this.settle();
    });
    socket.once('close', () => {
      if (!this.ended) ftp.closeWithError(new Error('the data connection was closed before its end'));
    });
  }

  /** False when the sender is to be held back. */
  private receive(take: () => Promise<void> | undefined): boolean {
    if (this.over) return true;
    try {
      const busy = take();
      if (busy === undefined) return true;
      void this.holdBack(this.socket!, busy);
    } catch (error) {
      this.ftp.closeWithError(new ReceiverError(error));
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
      this.ftp.closeWithError(new ReceiverError(error));
    }
    if (this.over) return;
    socket.setTimeout(this.ftp.timeout);
    socket.resume();
  }

  /**
   * Everything has arrived, and the server's confirmation is on the way. It is asked for the next transfer's port
   * already: a round trip less for each file.
   */
  private askAhead(): void {
    const { ftp, server } = this;
    if (this.verdict || ftp.closed || !server.passive || !server.pipelines || !server.extended) return;
    this.asksAhead = true;
    ftp.send('EPSV');
  }

  private conclude(reply: FTPResponse | FTPError, task: TaskResolver): void {
    this.verdict = { reply, task };
    this.settle();
  }

  private hearPort({ message }: FTPResponse | FTPError): void {
    const port = readEpsvPort(message);
    if (port !== undefined) keepPort(this.ftp, port);
    this.asksAhead = false;
    this.settle();
  }

  private settle(): void {
    if (!this.verdict || this.asksAhead) return;
    const { reply, task } = this.verdict;
    if (reply instanceof Error) task.reject(reply);
    else if (this.ended) task.resolve(undefined);
  }
}
