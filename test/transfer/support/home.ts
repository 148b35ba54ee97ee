import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { abandonedFolders } from '../../support/abandoned.ts';

const PREFIX = 'regie-test-transfer-';

/** Makes a temporary folder for a server of this process, and removes those of test runs that were killed. */
export function makeHome(program: string): string {
  for (const folder of abandonedFolders(PREFIX)) rmSync(folder, { recursive: true, force: true });
  return mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-${program}-`));
}
