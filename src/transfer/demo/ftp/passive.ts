import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Refusal } from './demo-ftp-refusal.ts';

/** How long a client may take to connect after it was told the port: on loopback it does so at once, or never. */
const CONNECT_WITHIN_MS = 10_000;

/** A port of 127.0.0.1 that waits for one data connection. */
export class PassivePort {
  readonly port: number;
  private readonly server: Server;
  private readonly connection: Promise<Socket>;

  static async open(): Promise<PassivePort> {
    const server = createServer({ noDelay: true });
    server.maxConnections = 1;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PassivePort(server);
  }

  private constructor(server: Server) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    const signal = AbortSignal.timeout(CONNECT_WITHIN_MS);
    this.connection = once(server, 'connection', { signal }).then(([socket]) => socket as Socket);
    // Whoever waits for it is told; nobody may be waiting.
    this.connection.catch(() => this.server.close());
  }

  /** The client's connection; no further one is taken. */
  async connected(): Promise<Socket> {
    try {
      return await this.connection;
    } catch {
      throw new Refusal(425, 'nobody connected to the data port');
    } finally {
      this.server.close();
    }
  }

  /** Nobody will use it: whoever connected meanwhile is sent away. */
  close(): void {
    this.server.close();
    this.connection.then(
      (socket) => socket.destroy(),
      () => undefined,
    );
  }
}
