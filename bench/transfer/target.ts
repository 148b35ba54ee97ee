import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FileSet } from './cases.ts';

/** Makes a folder to fetch into. What was written before must not be written out on the clock of what comes. */
export function newTarget(folder: string): string {
  const target = mkdtempSync(path.join(folder, 'fetched-'));
  writeOut();
  return target;
}

/** Waits until all that was written is on disk; gives how long that took, ms. */
export function writeOut(): number {
  const started = performance.now();
  execFileSync('sync');
  return performance.now() - started;
}

/** A rate counts only when the work was done. */
export function checkTarget(target: string, { files, bytes }: FileSet, who: string): void {
  const found = readdirSync(target).map((name) => statSync(path.join(target, name)).size);
  const wrong = found.filter((size) => size !== bytes);
  if (found.length !== files || wrong.length > 0)
    throw new Error(
      `${who} fetched ${found.length} files, ${wrong.length} of a wrong size; expected ${files} of ${bytes} bytes`,
    );
}

/**
 * Makes room again after large files. Small ones stay until the end: ext4 does not give away an inode that was freed
 * in the last seconds and searches past all of them, which makes the next thousand files three times as dear.
 */
export function makeRoom(target: string, { bytes }: FileSet): void {
  if (bytes >= 1e6) rmSync(target, { recursive: true });
}
