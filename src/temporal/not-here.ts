import { lastOwner } from '../processes/owner-lock.ts';
import { isRunning } from '../processes/processes.ts';
import { homeOf, readRunFile } from '../processes/run-file.ts';
import type { TemporalAddress } from './address.ts';

/**
 * Why the installation in `root` has no Temporal server now, though there is an address: its own servers do not run,
 * and whoever listens at that address, usual as it is, is somebody else. For operators; undefined where nothing speaks
 * against the address.
 */
export async function whyNotHere(root: string, { source }: TemporalAddress): Promise<string | undefined> {
  if (source === 'environment') return undefined;
  const [file, owner] = await Promise.all([readRunFile(root), lastOwner(homeOf(root))]);
  if (source === 'run file') {
    const server = file?.temporal;
    // The server of a killed `regie up` may live on; one that died while its own lives comes back at its address.
    return server && (isRunning(file.owner) || isRunning(server.process))
      ? undefined
      : 'its `regie up` was killed, and its servers do not run; start it with `regie up`';
  }
  // It may never have had servers of its own: then the usual port is where a user's own server would be.
  if (owner === 'none') return undefined;
  if (owner === 'gone') return 'its servers do not run; start it with `regie up`, or set TEMPORAL_ADDRESS';
  return file
    ? `its \`regie up\` (pid ${owner.pid}) uses a server elsewhere: set TEMPORAL_ADDRESS here as it is set there`
    : `its \`regie up\` (pid ${owner.pid}) is just starting it; wait some seconds`;
}
