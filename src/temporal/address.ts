import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { messageOf } from '../task/errors.ts';
import { readRunFile } from '../processes/run-file.ts';

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
  const { options, namespace } = readSettings();
  if (options.address) return { address: options.address, namespace, options, source: 'environment' };
  const local = (await readRunFile(root))?.temporal?.address;
  const address = local ?? '127.0.0.1:7233';
  return { address, namespace, options: { ...options, address }, source: local ? 'run file' : 'default' };
}

/** Temporal's own settings. Throws naming the file when it cannot be read: the SDK's words do not tell where. */
function readSettings(): { options: ConnectionOptions; namespace: string } {
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
    return { options: connectionOptions, namespace };
  } catch (error) {
    const file = process.env['TEMPORAL_CONFIG_FILE'] ?? 'temporal.toml in your configuration folder';
    throw new Error(
      `Temporal's settings cannot be read (${file}, profile ${process.env['TEMPORAL_PROFILE'] ?? 'default'}): ${messageOf(error)}`,
      { cause: error },
    );
  }
}
