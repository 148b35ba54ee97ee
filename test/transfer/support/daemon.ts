import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../../../src/processes/run-program.ts';
import { addressesOf } from '../../support/listening-sockets.ts';

export interface DaemonOptions {
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  account: Account | undefined;
  /** Where it listens, on 127.0.0.1. */
  port: number;
}

/** A server program in the foreground, with the processes that it forks in one group, for tests to stop and to kill. */
export class Daemon {
  private readonly options: DaemonOptions;
  private child: ChildProcess | undefined;
  private said = '';

  constructor(options: DaemonOptions) {
    this.options = options;
  }

  /** Starts it and waits until it answers. Throws with what it said when it ends instead. */
  async start(): Promise<void> {
    if (this.running) return;
    const { program, args, env, account, port } = this.options;
    this.said = '';
    // A test run that is killed leaves no server behind; forks end with the connections of their clients.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
      cwd: '/',
      // A group of its own: the servers fork a process for each client, and a kill must reach all of them.
      detached: true,
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    this.child = child;
    for (const output of [child.stdout, child.stderr])
      output.on('data', (text: Buffer) => (this.said += text.toString()));
    const failed = once(child, 'error').then(([error]) => {
      throw error as Error;
    });
    failed.catch(() => undefined);
    await Promise.race([failed, this.answers(child, port)]);
    const addresses = addressesOf(port);
    if (addresses.join() === '127.0.0.1') return;
    await this.kill9();
    throw new Error(`${program} listens on ${addresses.join(', ')}: expected nothing but 127.0.0.1`);
  }

  /** Asks it to end, with everything that it does for clients. */
  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Kills it and its forks at once. */
  kill9(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** All that it printed since it was started. */
  get output(): string {
    return this.said;
  }

  get pid(): number {
    if (!this.running) throw new Error(`${this.options.program} does not run`);
    return this.child!.pid!;
  }

  private get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  private async answers(child: ChildProcess, port: number): Promise<void> {
    while (!(await canConnect(port))) {
      if (!this.running) throw new Error(`${this.options.program} ended at once: ${this.said.trim()}`);
      await sleep(20);
    }
    if (!this.running)
      throw new Error(`port ${port} is another's; ${child.spawnfile} said: ${this.said.trim()}`);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    const child = this.child!;
    const gone = once(child, 'exit');
    // Its group: a minus before the pid.
    process.kill(-child.pid!, signal);
    const late = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 5_000);
    await gone;
    clearTimeout(late);
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A daemon that has started; when it does not, the folder that was made for it is removed. */
export async function startDaemon(options: DaemonOptions, home: string): Promise<Daemon> {
  const daemon = new Daemon(options);
  await daemon.start().catch((error: unknown) => {
    rmSync(home, { recursive: true });
    throw error;
  });
  return daemon;
}
