import { mkdir, realpath } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { findPortHolder, PortInUse } from '../../../processes/port-holder.ts';
import { ServedFolder } from './folder.ts';
import { serve } from './serve-demo-ftp.ts';

/** The login of the demo server; no secret: only this machine reaches it. */
export const demoLogin = { user: 'demo', password: 'demo' } as const;

/** Where it listens unless told otherwise: 21 needs root. */
export const demoPort = 2121;

export interface DemoFtpOptions {
  /** 0: any free one. */
  port?: number;
  /** What it serves; made when it is not there. Clients may change everything in it, and reach nothing else. */
  folder: string;
}

export interface DemoFtp {
  port: number;
  /** Ends it and the connections of its clients. */
  close(): Promise<void>;
}

/**
 * Starts a small FTP server for a first look, in this process and on 127.0.0.1 alone: passive transfers, no TLS.
 * Throws `PortInUse`, which says by whom, when the port is taken.
 */
export async function startDemoFtp({ port = demoPort, folder }: DemoFtpOptions): Promise<DemoFtp> {
  await mkdir(folder, { recursive: true });
  const served = new ServedFolder(await realpath(folder));
  const clients = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    void serve(client, served, demoLogin);
  });
  server.listen({ port, host: '127.0.0.1', exclusive: true });
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new PortInUse(port, 'the demo FTP server', await findPortHolder(port));
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}
