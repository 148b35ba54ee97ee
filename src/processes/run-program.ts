import { spawn } from 'node:child_process';
import { killGroup } from './process-group.ts';

/** Whom to run a program as; needed where root must not. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

export interface CommandOptions {
  account?: Account | undefined;
  env?: NodeJS.ProcessEnv;
  /** Working folder; the current one when left out. */
  cwd?: string;
  /** Milliseconds after which it is killed. */
  timeout?: number;
  /** Kills it when aborted, with what it has started; the call throws the signal's reason once they are gone. */
  signal?: AbortSignal | undefined;
  /** Gets standard error line by line. */
  onLine?: (line: string) => void;
}

/** How a program ended: its exit code (`null` when a signal ended it) and all that it said on both outputs. */
export interface Outcome {
  code: number | null;
  output: string;
}

/**
 * Runs a program to its end, in a process group of its own: a Ctrl-C on the terminal is for Regie, which decides what
 * becomes of the programs that it runs. Throws only when it cannot be started (no such file, no right to run it), or is
 * aborted.
 */
export function runCommand(file: string, args: string[], options: CommandOptions = {}): Promise<Outcome> {
  const { account, cwd, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A folder that every account may enter: the current one may be closed to `account`.
      ...(account && { uid: account.uid, gid: account.gid, cwd: '/' }),
      ...(cwd && { cwd }),
      ...(options.env && { env: options.env }),
      ...(options.timeout && { timeout: options.timeout, killSignal: 'SIGKILL' as const }),
      detached: true,
    });
    const kill = () => {
      if (child.pid !== undefined) killGroup(child.pid);
    };
    signal?.addEventListener('abort', kill, { once: true });
    const said: Buffer[] = [];
    let line = '';
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      said.push(chunk);
      const lines = (line + chunk.toString()).split('\n');
      line = lines.pop() ?? '';
      for (const whole of lines) options.onLine?.(whole);
    });
    child.once('error', (error) => {
      signal?.removeEventListener('abort', kill);
      reject(error);
    });
    child.once('close', (code) => {
      signal?.removeEventListener('abort', kill);
      if (signal?.aborted) return reject(signal.reason as Error);
      resolve({ code, output: Buffer.concat(said).toString().trim() });
    });
  });
}
