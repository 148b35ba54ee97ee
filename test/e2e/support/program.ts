import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { builtProgram } from '../../support/built.ts';
import { killKeptWorkers } from '../../support/kept-workers.ts';

const folder = fileURLToPath(new URL('../../../', import.meta.url));

/** A program of this project in a process of its own. */
export interface Program {
  process: ChildProcess;
  pid: number;
  args: readonly string[];
  /** What it has printed so far. */
  out(): string;
  err(): string;
  /** Resolves when it has printed `words`; throws when it ends before. */
  says(words: string | RegExp): Promise<string>;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
}

const running = new Set<Program>();

/** Runs `regie` as a user does, with exactly these variables beside the inherited ones. */
export function regie(args: readonly string[], env: Record<string, string | undefined> = {}): Program {
  const child = spawn(process.execPath, [builtProgram, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(program);
    return (signal ?? code) as number | NodeJS.Signals;
  });
  const program: Program = {
    process: child,
    pid: child.pid!,
    args,
    out: () => out,
    err: () => err,
    ended,
    says: (words) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (typeof words === 'string' ? !out.includes(words) : !words.test(out)) return;
          child.stdout.off('data', look);
          resolve(out);
        };
        child.stdout.on('data', look);
        void ended.then((how) => reject(new Error(`ended (${how}) without saying ${words}:\n${out}${err}`)));
        look();
      }),
  };
  running.add(program);
  return program;
}

/** Kills what a failed test left running. */
export async function killAll(): Promise<void> {
  const all = [...running];
  for (const { process } of all) process.kill('SIGKILL');
  await Promise.all(all.map(({ ended }) => ended));
  for (const { args } of all) {
    const config = args[args.indexOf('--config') + 1];
    if (config?.endsWith('.ts')) killKeptWorkers(config);
  }
}
