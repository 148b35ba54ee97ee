import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endProcess, findByArgument, identify } from '../src/processes/processes.ts';
import { abandonedFolders } from '../test/support/abandoned.ts';

const PREFIX = 'regie-soak-';

/** Makes a temporary folder for this process; what soaks that were killed have left is ended and removed. */
export async function makeWorkspace(): Promise<string> {
  for (const folder of abandonedFolders(PREFIX)) await removeWorkspace(folder);
  const folder = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  // Root's PostgreSQL runs as another account, which must get to its data in there.
  chmodSync(folder, 0o755);
  return folder;
}

/** Ends whatever runs in the folder, the process that would start it again first, and removes it. */
export async function removeWorkspace(folder: string): Promise<void> {
  const installation = installationIn(folder);
  for (const argument of ['regie.config.ts', '.regie/temporal.db', '.regie/postgres']) {
    const left = findByArgument(path.join(installation, argument)).map(identify);
    for (const id of left) if (id) await endProcess(id, 5_000);
  }
  rmSync(folder, { recursive: true, force: true });
}

export function installationIn(folder: string): string {
  return path.join(folder, 'installation');
}
