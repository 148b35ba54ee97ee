import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that can be told from a later one with the same pid: its start time belongs to it. */
export interface ProcessId {
  pid: number;
  /** Opaque; on Linux the boot and the clock ticks since then, elsewhere what `ps` prints. */
  started: string;
}

/** Enough for a server that answers to SIGTERM at all. */
const HURRIED_MS = 1_000;

/** Identifies the running process `pid`; `undefined` when there is none, or only a zombie. */
export function identify(pid: number): ProcessId | undefined {
  const started = startTime(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Does this very process still run? A later one with the same pid does not count. */
export function isRunning({ pid, started }: ProcessId): boolean {
  return startTime(pid) === started;
}

/**
 * Asks the process to end with SIGTERM and kills it when it has not ended after `grace` ms, or `HURRIED_MS` after `hurry`
 * was aborted. Gives `false` when it did not run any more, or even SIGKILL did not end it within two seconds (a process
 * stuck in the kernel).
 */
export async function endProcess(id: ProcessId, grace: number, hurry?: AbortSignal): Promise<boolean> {
  if (!isRunning(id)) return false;
  signal(id, 'SIGTERM');
  const ended = await hasEnded(id, grace, hurry);
  if (ended || (hurry?.aborted && (await hasEnded(id, HURRIED_MS)))) return true;
  signal(id, 'SIGKILL');
  return hasEnded(id, 2_000);
}

/** Pids of the running processes that have `argument` among their arguments, in full. */
export function findByArgument(argument: string): number[] {
  if (process.platform !== 'linux') return findByLine((line) => line.includes(argument));
  return running().filter((pid) => commandLine(pid).includes(argument));
}

/** Pids of the running processes whose program's path begins with `start`. */
export function findByProgram(start: string): number[] {
  if (process.platform !== 'linux')
    return findByLine((line) => line.trim().split(/\s+/)[1]?.startsWith(start) === true);
  return running().filter((pid) => commandLine(pid)[0]?.startsWith(start));
}

/** Pids of the running processes whose working folder is `folder` (in full, without symbolic links), of this user's. */
export function findByFolder(folder: string): number[] {
  if (process.platform === 'win32') return [];
  if (process.platform !== 'linux') {
    const pids = run('lsof', ['-t', '-a', '-d', 'cwd', folder])?.split('\n') ?? [];
    return pids.filter(Boolean).map(Number);
  }
  return running().filter((pid) => linkOf(`/proc/${pid}/cwd`) === folder);
}

/** All pids of this machine (Linux only). */
function running(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Elsewhere: pids by the lines of `ps`, each a pid and a command line. */
function findByLine(fits: (line: string) => boolean): number[] {
  const lines = ps(['-axww', '-o', 'pid=,command='])?.split('\n') ?? [];
  return lines.filter(fits).map((line) => Number.parseInt(line, 10));
}

/**
 * Has the process `pid` this very file open? Not one of that name that was deleted, or moved away, since. Elsewhere than on
 * Linux nobody looks.
 */
export function hasOpen(pid: number, file: string): boolean {
  if (process.platform !== 'linux') return true;
  const folder = `/proc/${pid}/fd`;
  return (list(folder) ?? []).some((fd) => linkOf(`${folder}/${fd}`) === file);
}

/** Arguments of the process `pid`; empty when it is gone. Elsewhere than on Linux one text that is not split. */
export function commandLine(pid: number): string[] {
  if (process.platform !== 'linux') {
    const line = ps(['-ww', '-o', 'command=', '-p', String(pid)])?.trim();
    return line ? [line] : [];
  }
  return read(`/proc/${pid}/cmdline`)?.split('\0').filter(Boolean) ?? [];
}

/** What follows `option` among the arguments of the process `pid`, `--port 7233` say; undefined when it is not there. */
export function optionOf(pid: number, option: string): string | undefined {
  const words = commandLine(pid).flatMap((word) => (process.platform === 'linux' ? [word] : word.split(' ')));
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
}

/** The process that started the process `pid`, or has got it since that one ended; undefined when it is gone. */
export function parentOf(pid: number): number | undefined {
  const found =
    process.platform === 'linux' ? statOf(pid)[1] : ps(['-o', 'ppid=', '-p', String(pid)])?.trim();
  return found ? Number(found) : undefined;
}

async function hasEnded(id: ProcessId, within: number, hurry?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + within;
  while (isRunning(id)) {
    if (Date.now() >= deadline || hurry?.aborted) return false;
    await sleep(20);
  }
  return true;
}

function signal({ pid }: ProcessId, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function startTime(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const [state, ...started] =
      ps(['-o', 'stat=,lstart=', '-p', String(pid)])
        ?.trim()
        .split(/\s+/) ?? [];
    return state === undefined || state === '' || state.startsWith('Z') ? undefined : started.join(' ');
  }
  const stat = statOf(pid);
  const [state] = stat;
  if (state === undefined || state === 'Z' || state === 'X') return undefined;
  return `${bootId()}:${stat[19]}`;
}

/** proc(5): the fields from the third on, the state (starttime is the 22nd); empty when the process is gone. */
function statOf(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses before them may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
}

let boot: string | undefined;

function bootId(): string {
  boot ??= read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return boot;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function list(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function ps(args: string[]): string | undefined {
  return run('ps', args);
}

function run(file: string, args: string[]): string | undefined {
  try {
    return execFileSync(file, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C' },
    });
  } catch {
    return undefined;
  }
}
