import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { readRunFile } from '../servers/run-file.ts';

/** Where the Temporal server is, and as whom to speak to it. */
export interface TemporalAddress {
  /** `host:port`, for words. */
  address: string;
  namespace: string;
  options: ConnectionOptions;
  /** Where the address comes from. */
  source: 'environment' | 'run file' | 'default';
}

/**
 * Looks up the server: `TEMPORAL_ADDRESS` and the profiles of `temporal.toml` (Temporal's own rules), else
 * the local server of `regie up`, else the port where a development server usually is.
 */
export async function findAddress(root: string): Promise<TemporalAddress> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const options = connectionOptions as ConnectionOptions;
  if (options.address) return { address: options.address, namespace, options, source: 'environment' };
  const local = (await readRunFile(root))?.temporal?.address;
  const address = local ?? '127.0.0.1:7233';
  return { address, namespace, options: { ...options, address }, source: local ? 'run file' : 'default' };
}
