import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { commandLine } from './processes.ts';
import { runCommand } from './run-program.ts';

/** A port that Regie needs is taken. The message names the process that has it, as far as this user may see it. */
export class PortInUse extends Error {
  readonly port: number;
  readonly pid: number | undefined;

  constructor(port: number, what: string, holder: PortHolder | undefined) {
    const who = holder
      ? `${holder.name} (pid ${holder.pid}: ${holder.owner ?? holder.command})`
      : 'a process that this user may not see';
    super(`port ${port}, needed for ${what}, is in use by ${who}: stop it, or choose another with --port`);
    this.name = 'PortInUse';
    this.port = port;
    this.pid = holder?.pid;
  }
}

export interface PortHolder {
  pid: number;
  name: string;
  /** The command line, cut to 100 characters. */
  command: string;
  /** Whose it is, in words, where that is known. */
  owner?: string;
}

/** Who listens on TCP port `port` of this machine; `undefined` when nobody does or this user may not see it. */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  const pid = process.platform === 'linux' ? holderFromProc(port) : await holderFromLsof(port);
  if (pid === undefined) return undefined;
  const words = commandLine(pid);
  const command = words.join(' ');
  return {
    pid,
    name: words[0]?.split(' ')[0]?.split('/').pop() ?? '?',
    command: command.length > 100 ? `${command.slice(0, 99)}…` : command,
  };
}

/** proc(5): socket inodes of the listeners from /proc/net/tcp*, then whose open file that is. */
function holderFromProc(port: number): number | undefined {
  const inodes = new Set(
    listeningSockets()
      .filter((socket) => socket.port === port)
      .map(({ inode }) => `socket:[${inode}]`),
  );
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const file of list(`/proc/${pid}/fd`)) {
      if (inodes.has(linkOf(`/proc/${pid}/fd/${file}`))) return Number(pid);
    }
  }
  return undefined;
}

export interface ListeningSocket {
  /** As /proc/net prints it: hexadecimal, each 32-bit word in the machine's byte order. */
  address: string;
  port: number;
  inode: string;
}

/** All TCP sockets in state LISTEN, IPv4 and IPv6 (Linux only). */
export function listeningSockets(): ListeningSocket[] {
  const LISTEN = '0A';
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    read(table)
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTEN)
      .map((fields) => {
        const [address = '', port = ''] = fields[1]?.split(':') ?? [];
        return { address, port: Number.parseInt(port, 16), inode: fields[9] ?? '' };
      }),
  );
}

async function holderFromLsof(port: number): Promise<number | undefined> {
  const asked = await runCommand('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']).catch(
    () => undefined,
  );
  const pid = Number.parseInt(asked?.output ?? '', 10);
  return Number.isNaN(pid) ? undefined : pid;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
