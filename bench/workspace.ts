import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { abandonedFolders } from '../test/support/abandoned.ts';

const PREFIX = 'regie-bench-';

/** Makes a temporary folder for this process, and removes those of benchmarks that were killed. */
export function makeWorkspace(): { folder: string; remove: () => void } {
  for (const folder of abandonedFolders(PREFIX)) rmSync(folder, { recursive: true, force: true });
  const folder = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
