import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where it listens: another address of loopback, so that a port there stands for the same one of the server. */
export const CUTTER_HOST = '127.0.0.2';

/** Which way the bytes go that are counted. */
export type Way = 'up' | 'down';

/** A line to a server on 127.0.0.1 that breaks after so many bytes. */
export interface Cutter {
  /** Bytes that went each way, over all connections. */
  readonly passed: Readonly<Record<Way, number>>;
  /** Breaks all connections once so many more bytes have gone that way: those bytes arrive, none after them, in either direction. */
  cutAfter(way: Way, bytes: number): void;
  /** What goes up and matches still arrives; from then on nobody hears anything of that connection: a line cut somewhere far. New ones get through. */
  hushOn(words: RegExp): void;
  /** New connections get through again. */
  mend(): void;
  close(): Promise<void>;
}

/** Relays these ports of 127.0.0.1, port for port, at `CUTTER_HOST`. */
export async function startCutter(ports: readonly number[]): Promise<Cutter> {
  const line = new Line();
  const servers: Server[] = [];
  try {
    for (const port of ports) {
      const server = createServer({ noDelay: true }, (client) => line.join(client, port));
      servers.push(server);
      server.listen({ port, host: CUTTER_HOST });
      await once(server, 'listening');
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return Object.assign(line, {
    async close() {
      const closed = servers.map((server) => once(server, 'close'));
      for (const server of servers) server.close();
      line.cut();
      await Promise.all(closed);
    },
  });
}

class Line {
  readonly passed = { up: 0, down: 0 };
  private readonly left = { up: Infinity, down: Infinity };
  private readonly sockets = new Set<Socket>();
  private broken = false;
  private hush: RegExp | undefined;
  /** Sides whose words arrive nowhere any more. */
  private readonly unheard = new WeakSet<Socket>();

  cutAfter(way: Way, bytes: number): void {
    this.left[way] = bytes;
  }

  hushOn(words: RegExp): void {
    this.hush = words;
  }

  mend(): void {
    this.hush = undefined;
    this.broken = false;
    this.left.up = this.left.down = Infinity;
  }

  join(client: Socket, port: number): void {
    if (this.broken) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.end();
      });
    }
    client.on('data', (piece: Buffer) => this.pass('up', piece, client, server));
    server.on('data', (piece: Buffer) => this.pass('down', piece, server, client));
  }

  cut(): void {
    this.broken = true;
    // Not a reset: it would throw away what the other side has not read yet.
    for (const socket of this.sockets) socket.end(() => socket.destroy());
  }

  private pass(way: Way, piece: Buffer, from: Socket, to: Socket): void {
    if (this.broken || this.unheard.has(from)) return;
    if (way === 'up' && this.hush?.test(piece.toString('latin1'))) this.unheard.add(from).add(to);
    const part = piece.subarray(0, this.left[way]);
    this.left[way] -= part.length;
    this.passed[way] += part.length;
    if (to.writable && !to.write(part)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
    if (this.left[way] <= 0) this.cut();
  }
}
