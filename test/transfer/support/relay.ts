import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { FtpServer } from './ftp-servers.ts';

/** Where the relay listens: another address of loopback, so that every port there stands for the same one of the server. */
export const RELAY_HOST = '127.0.0.2';

/** Bytes of one direction that may be under way; more would be a better line than any. */
const UNDER_WAY = 8 * 2 ** 20;

/** A line between clients and an FTP server that can be long, cut and dead. */
export interface Relay {
  host: typeof RELAY_HOST;
  port: number;
  /** Bytes that went from the server to clients, in all. */
  readonly delivered: number;
  /** Connections at this moment, data connections too. */
  readonly connections: number;
  /** Resets all connections; new ones get through. */
  cut(): void;
  /** Cuts once so many more bytes have gone to clients, in the middle of a packet where it falls there. */
  cutAfter(bytes: number): void;
  /** Cuts, and resets new connections too until `up`. */
  down(): void;
  up(): void;
  /** Lets nothing through any more, and nobody hears of it: a line cut somewhere far. Until `speak`. */
  silence(): void;
  speak(): void;
  close(): Promise<void>;
}

/** What a relay has to know of the server; it must have been started with `masquerade: RELAY_HOST`. */
export type Relayed = Pick<FtpServer, 'port' | 'passive'>;

/**
 * Relays the control connections and all passive data connections of a server port for port, so that TLS passes
 * too. `roundTrip` is added to what the server takes to answer, half of it in each direction, ms. A client's side of
 * what opening a connection costs on a long line is charged to the answer that it waits for at that moment, since
 * the kernel accepts before the relay hears of it: the greeting, and where the next data connection goes. (Through
 * TLS such answers cannot be told from others, and cost no more.)
 */
export async function startRelay({ port, passive }: Relayed, { roundTrip = 0 } = {}): Promise<Relay> {
  const line = new Line(port, roundTrip / 2);
  const servers: Server[] = [];
  const ports = [port];
  for (let each = passive[0]; each <= passive[1]; each++) ports.push(each);
  try {
    for (const each of ports) servers.push(await listen(each, (client) => line.join(client, each)));
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return Object.assign(line, {
    host: RELAY_HOST,
    port,
    async close() {
      const closed = servers.map((server) => once(server, 'close'));
      for (const server of servers) server.close();
      line.cut();
      await Promise.all(closed);
    },
  } as const);
}

async function listen(port: number, onClient: (client: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onClient);
  server.listen({ port, host: RELAY_HOST });
  await once(server, 'listening');
  return server;
}

/** Answers after which a client has a connection, or opens one: greeting, PASV, EPSV. */
const OPENS = /^22[079] /m;

/** How much later than others a piece arrives, ms. */
type Extra = (piece: Buffer) => number;

/** Things arrive one after the other, however long each takes. */
class Way {
  private readonly queue: { due: number; arrive: () => void }[] = [];
  private last = 0;

  send(delay: number, arrive: () => void): void {
    if (delay === 0) {
      arrive();
      return;
    }
    this.last = Math.max(this.last, performance.now() + delay);
    this.queue.push({ due: this.last, arrive });
    if (this.queue.length === 1) this.wait();
  }

  private wait(): void {
    const [first] = this.queue;
    if (first) setTimeout(() => this.arrived(), first.due - performance.now());
  }

  private arrived(): void {
    // A timer may be a little early, and is often late for several.
    while (this.queue.length > 0 && this.queue[0]!.due <= performance.now() + 1) this.queue.shift()!.arrive();
    this.wait();
  }
}

class Line {
  delivered = 0;
  private readonly control: number;
  /** Of one direction, ms. */
  private readonly delay: number;
  private readonly sockets = new Set<Socket>();
  private left = Number.POSITIVE_INFINITY;
  private refuses = false;
  private silent = false;

  constructor(control: number, delay: number) {
    this.control = control;
    this.delay = delay;
  }

  get connections(): number {
    return Math.ceil(this.sockets.size / 2);
  }

  /** Connects a client with the server's port of the same number. */
  join(client: Socket, port: number): void {
    if (this.refuses) {
      client.resetAndDestroy();
      return;
    }
    this.sockets.add(client);
    client.on('close', () => this.sockets.delete(client));
    client.on('error', () => undefined);
    // The server hears of a connection when the client's answer to its answer arrives.
    setTimeout(() => !client.destroyed && this.connect(client, port), this.delay);
  }

  private connect(client: Socket, port: number): void {
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.sockets.add(server);
    server.on('close', () => this.sockets.delete(server));
    // A connection that one side broke is broken for the other.
    client.on('error', () => server.resetAndDestroy());
    server.on('error', () => client.resetAndDestroy());
    const opening: Extra = (piece) =>
      port === this.control && OPENS.test(piece.toString('latin1')) ? 2 * this.delay : 0;
    this.flow(
      client,
      server,
      () => 0,
      (piece) => piece,
    );
    this.flow(server, client, opening, (piece) => this.admit(piece));
  }

  cut(): void {
    this.left = Number.POSITIVE_INFINITY;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  cutAfter(bytes: number): void {
    this.left = bytes;
  }

  down(): void {
    this.refuses = true;
    this.cut();
  }

  up(): void {
    this.refuses = false;
  }

  silence(): void {
    this.silent = true;
    for (const socket of this.sockets) socket.pause();
  }

  speak(): void {
    this.silent = false;
    for (const socket of this.sockets) socket.resume();
  }

  /** One direction of a connection. */
  private flow(from: Socket, to: Socket, extra: Extra, admit: (piece: Buffer) => Buffer): void {
    const { delay } = this;
    const way = new Way();
    let underWay = 0;
    from.on('data', (piece: Buffer) => {
      underWay += piece.length;
      if (underWay > UNDER_WAY) from.pause();
      way.send(delay > 0 ? delay + extra(piece) : 0, () => {
        underWay -= piece.length;
        if (to.destroyed) return;
        const waits = !to.write(admit(piece)) || this.silent;
        if (waits) from.pause();
        else if (from.isPaused()) from.resume();
      });
    });
    to.on('drain', () => !this.silent && from.resume());
    from.on('end', () => way.send(delay, () => to.end()));
    if (this.silent) from.pause();
  }

  /** What of a piece still gets to the client; cuts when that is all. */
  private admit(piece: Buffer): Buffer {
    const part = piece.subarray(0, Math.min(piece.length, this.left));
    this.delivered += part.length;
    this.left -= part.length;
    // Not before the part is written: a reset throws away what the client has not read yet, as a real one does.
    if (this.left <= 0) setImmediate(() => this.cut());
    return part;
  }
}
