import { request } from 'node:http';
import { SERVER } from './respond.ts';
import type { HttpSettings } from './endpoint-settings.ts';

/** Of this machine, so that a second is long. */
const WITHIN_MS = 1_000;

/** Who has the address of an endpoint: one of ours, another program, nobody. It is not shown the key. */
export async function whoHas({
  host,
  port,
}: Pick<HttpSettings, 'host' | 'port'>): Promise<'ours' | 'other' | 'nobody'> {
  const server = await new Promise<string | undefined>((resolve) => {
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
        response.on('error', () => undefined).resume();
        resolve(String(response.headers['server'] ?? ''));
      },
    );
    // What takes the connection is there, whatever it says or does not say.
    asked.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? undefined : ''),
    );
    asked.end();
  });
  if (server === undefined) return 'nobody';
  return server === SERVER ? 'ours' : 'other';
}
