import { spawn } from 'node:child_process';

/** Whom to run a program as; needed where root must not. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

export interface CommandOptions {
  account?: Account | undefined;
  env?: NodeJS.ProcessEnv;
  /** In a process group of its own, so that the terminal's Ctrl-C does not reach it. */
  detached?: boolean;
  /** Milliseconds after which it is killed. */
  timeout?: number;
  /** Kills it when aborted; the call then throws the abort. */
  signal?: AbortSignal | undefined;
  /** Gets standard error line by line. */
  onLine?: (line: string) => void;
}

/** How a program ended: its exit code (`null` when a signal ended it) and all that it said on both outputs. */
export interface Outcome {
  code: number | null;
  output: string;
}

/** Runs a program to its end. Throws only when it cannot be started: no such file, no right to run it. */
export function runCommand(file: string, args: string[], options: CommandOptions = {}): Promise<Outcome> {
  const { account } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A folder that every account may enter: the current one may be closed to `account`.
      ...(account && { uid: account.uid, gid: account.gid, cwd: '/' }),
      ...(options.env && { env: options.env }),
      ...(options.timeout && { timeout: options.timeout, killSignal: 'SIGKILL' as const }),
      ...(options.signal && { signal: options.signal }),
      detached: options.detached ?? false,
    });
    const said: Buffer[] = [];
    let line = '';
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      said.push(chunk);
      const lines = (line + chunk.toString()).split('\n');
      line = lines.pop() ?? '';
      for (const whole of lines) options.onLine?.(whole);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: Buffer.concat(said).toString().trim() }));
  });
}
