import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endProcess, findByArgument, identify } from '../../src/processes/processes.ts';

/** Temporary folders called `<prefix><pid>-…` whose process was killed: it could not remove them. */
export function abandonedFolders(prefix: string): string[] {
  return readdirSync(tmpdir())
    .filter((name) => {
      const pid = name.startsWith(prefix) && /^(\d+)-/.exec(name.slice(prefix.length))?.[1];
      return pid && !identify(Number(pid));
    })
    .map((name) => path.join(tmpdir(), name));
}

/** Removes such folders, after ending the processes that have `file` below one of them among their arguments. */
export async function removeAbandoned(prefix: string, file: string): Promise<void> {
  for (const folder of abandonedFolders(prefix)) {
    const left = findByArgument(path.join(folder, file)).map(identify);
    for (const id of left) if (id) await endProcess(id, 1_000);
    await rm(folder, { recursive: true, force: true });
  }
}
