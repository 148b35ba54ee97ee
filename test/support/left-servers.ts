import { readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { KEPT_BY } from '../../src/worker/worker-messages.ts';
import { commandLine, endProcess, identify } from '../../src/processes/processes.ts';

/** Pids of what runs for the installation in `root` (Linux): servers, their children, what makes them, kept workers; not who runs `regie` there. */
export function serverProcesses(root: string): number[] {
  const home = path.join(root, '.regie');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => identify(pid) !== undefined)
    .filter(
      (pid) =>
        cwd(pid).startsWith(home) ||
        commandLine(pid).some((word) => word.includes(`${home}/`)) ||
        (commandLine(pid).includes(KEPT_BY) && commandLine(pid).some((word) => word.startsWith(`${root}/`))),
    );
}

/** Kills them: what a failed test left. */
export async function endServers(root: string): Promise<void> {
  for (const pid of serverProcesses(root)) await endProcess(identify(pid) ?? { pid, started: '' }, 0);
}

function cwd(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
