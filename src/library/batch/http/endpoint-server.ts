import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Endpoint, type EndpointContext } from './endpoint.ts';

/** An endpoint that listens. */
export interface Listening {
  /** `http://127.0.0.1:8790` */
  url: string;
  address: AddressInfo;
  /** Resolves when the server breaks by itself, with its error. */
  broken: Promise<Error>;
  /** Takes no more requests, lets those in progress end, and cuts off what takes too long. */
  close(): Promise<void>;
}

/** A sender has this long for its headers. */
const HEADERS_WITHIN_MS = 10_000;
/** How often the server looks for requests that take too long. */
const CHECK_EVERY_MS = 1_000;
/** Connections at the same time: each upload has one, and there are those that wait for an answer. */
const MOST_CONNECTIONS = 256;
/** Beyond the longest wait for an answer a connection on which nothing happens is of no use. */
const SILENT_MS = 60_000;
/** What is being received when the worker ends has this long; its sender sends it again. */
const GRACE_MS = 5_000;

/**
 * Listens for batches, and removes what requests left that were cut off by the death of an earlier endpoint at this
 * address. Throws the error of the network: `EADDRINUSE` while another one listens there.
 */
export async function listen(ctx: Omit<EndpointContext, 'incoming'>): Promise<Listening> {
  const { http, folders } = ctx;
  // Workers of other machines may use the same folders.
  const incoming = path.join(
    folders.incoming,
    `${os.hostname()}-${http.host}-${http.port}`.replaceAll(/[^\w.-]/g, '_'),
  );
  const endpoint = new Endpoint({ ...ctx, incoming });
  const server = createServer(
    {
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, http.idleTimeout),
      headersTimeout: Math.min(HEADERS_WITHIN_MS, http.idleTimeout, http.longest),
      requestTimeout: http.longest,
    },
    (request, response) => void endpoint.serve(request, response),
  );
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    void endpoint.serve(request, response, { expects: true });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(http.answerWithin + http.idleTimeout + SILENT_MS);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(http.port, http.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // Who has the address is the only one who receives there.
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(incoming, { recursive: true, mode: 0o700 });
  const address = server.address() as AddressInfo;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${host}:${address.port}`,
    address,
    broken: new Promise((resolve) => server.once('error', resolve)),
    close: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(late);
}
