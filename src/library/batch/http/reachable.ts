import { request } from 'node:http';
import { messageOf } from '../../../task/errors.ts';
import { readKey } from './key.ts';
import { SERVER } from './respond.ts';
import type { HttpSettings } from './settings.ts';

/** Of this machine, so that a second is long; whoever asks has five. */
const WITHIN_MS = 1_000;

/** When a fault of an address was found first, by this process: one that stays is the same, not a new one each time. */
const known = new Map<string, { at: Date; text: string }>();

/**
 * Why the endpoint of this machine takes no batches, and since when that is known; undefined when it does. The log says
 * it too, but an operator looks at the task. It asks without the key: another program may have the address.
 */
export async function endpointFault(http: HttpSettings): Promise<{ at: Date; text: string } | undefined> {
  const address = `${http.host.includes(':') ? `[${http.host}]` : http.host}:${http.port}`;
  const why = await fault(http, address);
  if (why === undefined) {
    known.delete(address);
    return undefined;
  }
  const text = `takes no batches over HTTP: ${why}`;
  const before = known.get(address);
  if (before?.text === text) return before;
  const found = { at: new Date(), text };
  known.set(address, found);
  return found;
}

async function fault(http: HttpSettings, address: string): Promise<string | undefined> {
  try {
    await readKey(http.key);
  } catch (error) {
    return messageOf(error);
  }
  const server = await serverAt(http);
  if (server === SERVER) return undefined;
  return server === undefined
    ? `no endpoint of ours answers at ${address}; the worker's log says why`
    : `another program answers at ${address}: end it, or choose another port`;
}

/** What answers there calls itself: empty when it does not say; undefined when nothing answers. */
function serverAt({ host, port }: HttpSettings): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      {
        host,
        port,
        path: '/batches',
        method: 'OPTIONS',
        agent: false,
        signal: AbortSignal.timeout(WITHIN_MS),
      },
      (response) => {
        response.resume();
        response.on('error', () => undefined);
        resolve(String(response.headers['server'] ?? ''));
      },
    );
    // What answers something else than HTTP is a program all the same.
    asked.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code?.startsWith('HPE_') ? '' : undefined),
    );
    asked.end();
  });
}
