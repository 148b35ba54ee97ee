import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { freshDatabase } from '../../../test/support/postgres.ts';
import { firstWord } from '../../transfer/helper.ts';
import { checkpoint } from '../../weather/installation.ts';
import type { FileSet } from './files.ts';
import type { Archived, ArchiveJob } from './job.ts';

const run = promisify(execFile);

/** Keeps the files of a set in an empty folder; gives how long that took, ms. */
export type Contestant = (set: FileSet, folder: string, signal: AbortSignal) => Promise<number>;

/** What a shell would do, and what a task does with rows, fsync and a second look at each copy. */
export const contestants = new Map<string, Contestant>([
  [
    'cp and sha256sum',
    shell('cp -r "$1" "$2/copy" && cd "$2/copy" && find . -type f -print0 | xargs -0 sha256sum'),
  ],
  [
    'cp, fsync of each, and sha256sum',
    shell(
      'cp -r "$1" "$2/copy" && cd "$2/copy" && find . -type f -print0 | xargs -0 sync && find . -type f -print0 | xargs -0 sha256sum',
    ),
  ],
  ['archive', archiveWith(false)],
  ['archive, embedded metadata read', archiveWith(true)],
]);

function shell(script: string): Contestant {
  return async ({ folder: source }, folder, signal) => {
    signal.throwIfAborted();
    const started = performance.now();
    await run('/bin/sh', ['-ec', script, 'sh', source, folder], { signal, maxBuffer: 2 ** 26 });
    return performance.now() - started;
  };
}

function archiveWith(embedded: boolean): Contestant {
  return async (set, folder, signal) => {
    const root = mkdtempSync(path.join(folder, 'installation-'));
    const { url, drop } = await freshDatabase();
    try {
      cpSync(set.folder, path.join(root, 'hotfolder/in'), { recursive: true });
      writeFileSync(path.join(root, 'hotfolder/.phrasea.xml'), '');
      await run('sync');
      await checkpoint(url);
      const job: ArchiveJob = { url, root, files: set.files, embedded };
      const child = fork(path.join(import.meta.dirname, 'child.ts'), {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      child.send(job);
      const gone = once(child, 'exit');
      const { ms } = await firstWord<Archived>(child, 'archiving', signal);
      await gone;
      return ms;
    } finally {
      await drop();
    }
  };
}

/** An empty folder for one measurement; what the one before left is taken away before the clock runs. */
export function emptyFolder(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}
