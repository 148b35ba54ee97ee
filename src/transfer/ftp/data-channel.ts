import { createServer, isIPv6, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FTPError, type FTPContext } from 'basic-ftp';
import type { Dialogue } from './dialogue.ts';
import type { Server } from './ftp-server.ts';

/** A data connection on its way. */
export interface DataChannel {
  /** Settles when it is open; passive ones may be before the command is sent, active ones are after it. */
  socket: Promise<Socket>;
  /** Nobody wants it any more. */
  cancel(): void;
}

/**
 * Agrees with the server on a data connection and begins to open it. Throws what the server answers. `onread`: see
 * `Dial`; only a connection that this side opens can have it.
 */
export async function openChannel(
  dialogue: Dialogue,
  server: Server,
  onread?: OnReadOpts,
): Promise<DataChannel> {
  if (!server.passive) return openActive(dialogue, server);
  return dialChannel(dialogue.ftp, server, await enterPassive(dialogue, server), onread);
}

/**
 * Begins to open a data connection to a port of the server: to the address of the control connection, whatever PASV
 * answers. Behind NAT that answer is wrong, and a hostile one could send us elsewhere.
 */
export function dialChannel(ftp: FTPContext, server: Server, port: number, onread?: OnReadOpts): DataChannel {
  const host = server.dataHost ?? ftp.socket.remoteAddress;
  if (host === undefined) throw new Error('the control connection was closed');
  const raw = server.dial(host, port, onread).then(
    (open) => {
      server.extended ??= true;
      return open;
    },
    (error: Error) => {
      // Some firewalls open ports for PASV only: the next try uses that.
      server.extended ??= false;
      throw new Error(`the data connection to ${server.address} (port ${port}) fails: ${error.message}`, {
        cause: error,
      });
    },
  );
  return channelOf(ftp, raw, () => undefined);
}

function channelOf(ftp: FTPContext, raw: Promise<Socket>, stop: () => void): DataChannel {
  let cancelled = false;
  const socket = raw.then((open) => {
    if (cancelled) open.destroy();
    return protect(ftp, open);
  });
  // Awaited where the transfer goes on; until then it must not count as unhandled.
  socket.catch(() => undefined);
  return {
    socket,
    cancel() {
      cancelled = true;
      stop();
      socket.then(
        (open) => open.destroy(),
        () => undefined,
      );
    },
  };
}

/** The port in an answer to EPSV: `229 Entering Extended Passive Mode (|||6446|)`. */
export function readEpsvPort(message: string): number | undefined {
  const port = Number(/([|!])\1\1(\d{1,5})\1/.exec(message)?.[2]);
  return port > 0 && port < 65_536 ? port : undefined;
}

async function enterPassive(dialogue: Dialogue, server: Server): Promise<number> {
  if (server.extended !== false) {
    try {
      const { message } = await dialogue.send('EPSV');
      const port = readEpsvPort(message);
      if (port !== undefined) return port;
    } catch (error) {
      if (!isUnknownCommand(error)) throw error;
    }
    server.extended = false;
  }
  const { message } = await dialogue.send('PASV');
  const [, high, low] = /\d{1,3},\d{1,3},\d{1,3},\d{1,3},(\d{1,3}),(\d{1,3})/.exec(message) ?? [];
  if (high === undefined || low === undefined)
    throw new Error(`expected an address in the answer to PASV, found ${JSON.stringify(message)}`);
  return (Number(high) & 255) * 256 + (Number(low) & 255);
}

/** Listens for one connection, on the address that the control connection has on this side. */
async function openActive(dialogue: Dialogue, server: Server): Promise<DataChannel> {
  const { ftp } = dialogue;
  const { localAddress, remoteAddress } = ftp.socket;
  if (localAddress === undefined) throw new Error('the control connection was closed');
  const listener = createServer();
  const socket = new Promise<Socket>((resolve, reject) => {
    const silent = setTimeout(
      () => reject(new Error(`${server.address} opened no data connection within ${server.timeout} ms`)),
      server.timeout,
    );
    listener.on('connection', (open) => {
      // Somebody else who found the port.
      if (open.remoteAddress !== remoteAddress) {
        open.destroy();
        return;
      }
      clearTimeout(silent);
      listener.close();
      resolve(open.setNoDelay(true));
    });
    listener.on('error', reject);
    listener.on('close', () => {
      clearTimeout(silent);
      reject(new Error('the data connection was not wanted any more'));
    });
  });
  socket.catch(() => listener.close());
  await new Promise<void>((resolve, reject) => {
    listener.once('listening', resolve).once('error', reject);
    listener.listen({ host: localAddress, port: 0, backlog: 1 });
  });
  const { port } = listener.address() as { port: number };
  try {
    await announce(dialogue, server, localAddress.replace(/^::ffff:/i, ''), port);
  } catch (error) {
    listener.close();
    throw error;
  }
  return channelOf(ftp, socket, () => listener.close());
}

async function announce(dialogue: Dialogue, server: Server, address: string, port: number): Promise<void> {
  const ipv6 = isIPv6(address);
  if (server.extended !== false || ipv6) {
    try {
      await dialogue.send(`EPRT |${ipv6 ? 2 : 1}|${address}|${port}|`);
      server.extended = true;
      return;
    } catch (error) {
      if (ipv6 || !isUnknownCommand(error)) throw error;
      server.extended = false;
    }
  }
  await dialogue.send(`PORT ${address.replaceAll('.', ',')},${port >> 8},${port & 255}`);
}

/** 500, 501, 502, 504, 522: not in this server. */
function isUnknownCommand(error: unknown): boolean {
  return error instanceof FTPError && error.code >= 500 && error.code < 530;
}

/**
 * TLS on a data connection when the control connection has it. It resumes that one's session: servers insist,
 * since whoever cannot is somebody else who found the port.
 */
function protect(ftp: FTPContext, raw: Socket): Socket {
  const control = ftp.socket;
  if (!('getSession' in control)) return raw;
  const session = ftp.tlsSessionStore ?? control.getSession();
  const socket = connectTls({ ...ftp.tlsOptions, socket: raw, ...(session ? { session } : {}) });
  // A TLS 1.3 ticket is good for one connection; each brings the next one's.
  socket.on('session', (next) => (ftp.tlsSessionStore = next));
  return socket;
}
