import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identify } from '../src/servers/processes.ts';

const PREFIX = 'regie-bench-';

/** Makes a temporary folder for this process, and removes those of benchmarks that were killed. */
export function makeWorkspace(): { folder: string; remove: () => void } {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) && /^(\d+)-/.exec(name.slice(PREFIX.length))?.[1];
    if (pid && !identify(Number(pid))) rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
