import { randomInt } from 'node:crypto';
import { tryPort } from '../../src/servers/ports.ts';

/**
 * A free port of 127.0.0.1 for a server that a test starts later. It lies below those that the kernel hands out
 * (Linux: from 32768 on): of these another process may have it as a client's before the server begins to listen.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = await tryPort(randomInt(9_000, 12_000));
    if (port) return port;
  }
  throw new Error('no free port among 9000 to 12000 on 127.0.0.1');
}
