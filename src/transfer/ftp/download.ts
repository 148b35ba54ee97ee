import type { Socket } from 'node:net';
import type { FTPContext, FTPResponse, TaskResolver } from 'basic-ftp';
import type { DataChannel } from './data-channel.ts';

/**
 * Takes a chunk of what arrives; it is reused afterwards only by whoever made it. A promise holds the sender back
 * until it settles; an error ends the transfer and its connection.
 */
export type Receive = (chunk: Buffer) => Promise<void> | undefined;

/** What the receiver threw: not the connection's fault, so trying again on another one cannot help. */
export class ReceiverError extends Error {
  constructor(cause: unknown) {
    super((cause as Error).message, { cause });
    this.name = 'ReceiverError';
  }
}

/**
 * Sends a command whose answer comes over a data connection, and gives the data to `receive`. Done when the data
 * has ended and the server has confirmed it, in whichever order. `startAt`: the byte of the file to begin with.
 *
 * Throws `FTPError` when the server answers no; then the control connection can be used further. After any other
 * error it is closed.
 */
export async function download(
  ftp: FTPContext,
  channel: DataChannel,
  command: string,
  receive: Receive,
  startAt = 0,
): Promise<void> {
  const transfer = new Transfer(ftp, receive);
  // The command is sent while the connection is being opened: the server waits for it, and a round trip is saved.
  channel.socket.then(
    (socket) => transfer.attach(socket),
    (error: Error) => ftp.closeWithError(error),
  );
  try {
    await ftp.handle(startAt > 0 ? `REST ${startAt}` : command, (reply, task) =>
      transfer.answer(reply, task, command),
    );
  } finally {
    transfer.over = true;
    channel.cancel();
    ftp.dataSocket = undefined;
  }
}

class Transfer {
  over = false;
  private readonly ftp: FTPContext;
  private readonly receive: Receive;
  private ended = false;
  private confirmed: TaskResolver | undefined;

  constructor(ftp: FTPContext, receive: Receive) {
    this.ftp = ftp;
    this.receive = receive;
  }

  answer(reply: FTPResponse | Error, task: TaskResolver, command: string): void {
    if (reply instanceof Error) task.reject(reply);
    else if (reply.code === 350) this.ftp.send(command);
    // The data connection tells whether the server is alive, until it ends.
    else if (reply.code < 200) this.ftp.socket.setTimeout(this.ended ? this.ftp.timeout : 0);
    else if (reply.code < 300) {
      this.confirmed = task;
      this.settle();
    } else
      this.ftp.closeWithError(
        new Error(`expected data after ${command.slice(0, 4)}, found ${reply.message}`),
      );
  }

  attach(socket: Socket): void {
    const { ftp } = this;
    if (this.over) {
      socket.destroy();
      return;
    }
    // From here on the context hears its errors and closes it.
    ftp.dataSocket = socket;
    socket.setTimeout(ftp.timeout);
    socket.on('data', (chunk: Buffer) => this.take(socket, chunk));
    socket.once('end', () => {
      this.ended = true;
      socket.setTimeout(0);
      ftp.socket.setTimeout(ftp.timeout);
      this.settle();
    });
    socket.once('close', () => {
      if (!this.ended) ftp.closeWithError(new Error('the data connection was closed before its end'));
    });
  }

  private take(socket: Socket, chunk: Buffer): void {
    let busy: Promise<void> | undefined;
    try {
      busy = this.receive(chunk);
    } catch (error) {
      this.ftp.closeWithError(new ReceiverError(error));
      return;
    }
    if (busy !== undefined) void this.holdBack(socket, busy);
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

  private settle(): void {
    if (this.ended && this.confirmed) this.confirmed.resolve(undefined);
  }
}
