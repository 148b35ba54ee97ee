import { once } from 'node:events';
import type { Socket } from 'node:net';
import { openChannel } from './data-channel.ts';
import type { Dialogue } from './dialogue.ts';
import type { Server } from './ftp-server.ts';

/** A refusal is on its way when the server has shut the data connection: waited for so long, ms. */
const LATE_REFUSAL = 500;

/**
 * Sends a command whose data goes to the server over a data connection, and the data. Done when the server has
 * confirmed that it has all. `path` is the server's own, absolute.
 *
 * Throws `FTPError` when the server answers no; then the control connection can be used further. After any other
 * error it is closed, those of `source` too.
 */
export async function upload(
  dialogue: Dialogue,
  server: Server,
  path: string,
  source: AsyncIterable<Buffer>,
): Promise<void> {
  const channel = await openChannel(dialogue, server);
  let begun: () => void = () => undefined;
  const mayBegin = new Promise<void>((resolve) => (begun = resolve));
  const confirmed = dialogue.send(`STOR ${path}`, () => {
    // While data flows the data connection tells whether the server is alive.
    dialogue.silent = true;
    begun();
  });
  confirmed.catch(() => undefined);
  try {
    const sent = send();
    sent.catch(() => undefined);
    // The server may end it before all is sent: a full disk.
    await Promise.race([sent, confirmed]);
    await sent;
    dialogue.silent = false;
    await confirmed;
  } catch (error) {
    await refusalOf(confirmed);
    dialogue.ftp.closeWithError(error as Error);
    throw error;
  } finally {
    dialogue.silent = false;
    channel.cancel();
  }

  async function send(): Promise<void> {
    const [socket] = await Promise.all([channel.socket, mayBegin]);
    socket.setTimeout(server.timeout, () =>
      socket.destroy(new Error(`${server.address} takes no data for ${server.timeout} ms`)),
    );
    // The server writes nothing here; what is not read would hold back its end.
    socket.resume();
    await write(socket, source);
  }
}

/** Writes all and ends the stream, at the pace of who reads. */
async function write(socket: Socket, source: AsyncIterable<Buffer>): Promise<void> {
  const broken = once(socket, 'close').then(() => {
    throw new Error(
      'the data connection was closed before its end',
      socket.errored ? { cause: socket.errored } : {},
    );
  });
  // Its errors come by `close`.
  socket.on('error', () => undefined);
  broken.catch(() => undefined);
  for await (const piece of source) {
    if (socket.destroyed) await broken;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), broken]);
  }
  await Promise.race([new Promise<void>((resolve) => socket.end(resolve)), broken]);
}

/** Throws the server's refusal if it comes at once: it tells more than the end of the data connection. */
async function refusalOf(confirmed: Promise<unknown>): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => (late = setTimeout(resolve, LATE_REFUSAL)));
  try {
    await Promise.race([confirmed, tooLate]);
  } finally {
    clearTimeout(late);
  }
}
