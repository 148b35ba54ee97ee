import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { fileSystemOf, isRemote } from './file-system.ts';
import type { StabilitySettings } from './stability-settings.ts';

/** What is known of the writers of a folder, for `regie doctor`. */
export interface WriterEvidence {
  what: string;
  state: 'ok' | 'warning';
  found: string;
  mend?: string;
}

/** Says of a folder in which files arrive whether the worker can see that a process is still writing one of them. */
export function writerEvidence(
  task: string,
  folder: string,
  { marker }: Pick<StabilitySettings, 'marker'>,
  { proc = '/proc', uid = process.getuid?.() ?? -1 }: { proc?: string; uid?: number } = {},
): WriterEvidence {
  const what = `files for ${task}`;
  if (marker !== undefined)
    return { what, state: 'ok', found: `${folder}: a file is taken when its marker (*${marker}) is there` };
  const system = fileSystemOf(folder, `${proc}/self/mountinfo`);
  if (!existsSync(`${proc}/self/fdinfo`) || !system)
    return unseen(what, folder, 'this system does not show which files are open (it has no /proc)');
  const { type } = system;
  if (isRemote(type))
    return unseen(what, folder, `it is on ${type}, and writers on other machines cannot be seen`);
  const whose =
    uid === 0
      ? 'of any program of this machine'
      : `of programs of the user ${userInfo().username} (others only if the worker runs as root)`;
  return {
    what,
    state: 'ok',
    found: `${folder} is on ${type}: a file that is open for writing is not taken; seen ${whose}`,
  };
}

function unseen(what: string, folder: string, why: string): WriterEvidence {
  return {
    what,
    state: 'warning',
    found: `${folder}: ${why}; only stableFor tells that a file is complete`,
    mend: 'Have senders upload under another name and rename, or set marker (marker files), or stableFor to 30s or more.',
  };
}
