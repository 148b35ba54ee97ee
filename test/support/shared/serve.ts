import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SHARED_URL } from './ask.ts';

interface Made {
  stop(): Promise<void>;
}

/** What test files share, by the name that they ask for it by. Loaded when asked for: a run of pure files needs none. */
const makers: Record<string, () => Promise<Made>> = {
  postgres: async () => (await import('../postgres.ts')).startTestPostgres(),
  temporal: async () => (await import('../temporal.ts')).startTestTemporal(),
  package: async () => (await import('../../shipped/support/package.ts')).makePackage(),
};

/**
 * Serves on loopback what test files share, each thing made when it is first asked for; gives a function that ends
 * all of them. It is the process that outlives all test files that makes them, so that it also ends them.
 */
export async function serveShared(): Promise<() => Promise<void>> {
  const made = new Map<string, Promise<Made>>();
  const server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? '';
    const make = makers[name];
    if (!make) return void response.writeHead(404).end(`nothing that tests share is called ${name}`);
    const thing = made.get(name) ?? make();
    made.set(name, thing);
    thing.then(
      (ready) => response.end(JSON.stringify(ready)),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  // A Temporal server that is built first takes minutes.
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env[SHARED_URL] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async () => {
    server.close();
    server.closeAllConnections();
    for (const thing of [...made.values()].reverse()) await (await thing.catch(() => undefined))?.stop();
  };
}
