import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identify } from '../../../src/servers/processes.ts';

const PREFIX = 'regie-test-transfer-';

/** Makes a temporary folder for a server of this process, and removes those of test runs that were killed. */
export function makeHome(program: string): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) && /^(\d+)-/.exec(name.slice(PREFIX.length))?.[1];
    if (pid && !identify(Number(pid))) rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-${program}-`));
}
