import type { ServeContext } from '../../../task/kind.ts';
import { prepareFolders } from '../folders.ts';
import { batchFolders, type BatchSettings } from '../settings.ts';
import { readKey } from './key.ts';
import { listen } from './server.ts';

/**
 * Serves the endpoint of a batch task, when it has one, until the signal is aborted. Throws when it cannot: no key, a
 * folder that is not there, an address that another worker has.
 */
export async function serve(ctx: ServeContext<BatchSettings>): Promise<void> {
  const { settings, config, log, signal, task } = ctx;
  const { http } = settings;
  if (!http) return;
  const folders = batchFolders(config.root, settings);
  const needs = prepareFolders(folders);
  if (needs !== undefined) throw new Error(needs);
  await readKey(http.key);
  const server = await listen({ ...ctx, http, folders });
  log.info({ task, url: server.url }, 'takes batches over HTTP');
  try {
    const ended = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const error = await Promise.race([server.broken, ended]);
    if (error) throw error;
  } finally {
    await server.close();
  }
}
