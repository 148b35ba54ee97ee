import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Starts a module of this folder in a process of its own, and gives it its job; not on the command line: it may hold secrets. */
export function forkWith(module: string, job: object): ChildProcess {
  const child = fork(path.join(import.meta.dirname, module), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send(job);
  return child;
}

/** The first thing that a process says. Throws when it ends without a word, and the signal's reason when aborted. */
export async function firstWord<T>(child: ChildProcess, what: string, signal: AbortSignal): Promise<T> {
  const end = () => void child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  try {
    const ended = once(child, 'exit').then(([code, killed]) => {
      signal.throwIfAborted();
      throw new Error(`${what} failed: ${killed ?? `exit code ${code}`}`);
    });
    ended.catch(() => undefined);
    const [word] = (await Promise.race([once(child, 'message'), ended])) as [T];
    return word;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
