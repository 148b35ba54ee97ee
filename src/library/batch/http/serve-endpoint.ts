import type { ServeContext } from '../../../task/kind.ts';
import { prepareFolders } from '../batch-folders.ts';
import { batchFolders, type BatchSettings } from '../batch-settings.ts';
import { mendFault, tellFault } from './endpoint-faults.ts';
import { readKey } from './key.ts';
import { listen, type Listening } from './endpoint-server.ts';

/**
 * Serves the endpoint of a batch task, when it has one, until the signal is aborted. Throws when it cannot: no key, a
 * folder that is not there, an address that another worker has.
 */
export async function serve(ctx: ServeContext<BatchSettings>): Promise<void> {
  const { settings, config, log, signal, task } = ctx;
  const { http } = settings;
  if (!http) {
    await mendFault(ctx);
    return;
  }
  const folders = batchFolders(config.root, settings);
  const server = await open({ ...ctx, http, folders }).catch(async (error: unknown) => {
    await tellFault(ctx, http, error);
    throw error;
  });
  log.info({ task, url: server.url }, 'takes batches over HTTP');
  try {
    await mendFault(ctx);
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

async function open(ctx: Parameters<typeof listen>[0]): Promise<Listening> {
  const blockedBy = prepareFolders(ctx.folders);
  if (blockedBy !== undefined) throw new Error(blockedBy);
  await readKey(ctx.http.key);
  return listen(ctx);
}
