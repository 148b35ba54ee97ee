import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Job, Measured } from './job.ts';

/** Measures a job in a process of its own. Throws when it fails, and the signal's reason when it is aborted. */
export async function measure(job: Job, signal: AbortSignal): Promise<Measured> {
  signal.throwIfAborted();
  const child = fork(path.join(import.meta.dirname, 'child.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send(job);
  const end = () => void child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  let measured: Measured | undefined;
  child.once('message', (message) => (measured = message as Measured));
  const [code, killed] = (await once(child, 'exit')) as [number | null, string | null];
  signal.removeEventListener('abort', end);
  signal.throwIfAborted();
  if (code !== 0 || !measured)
    throw new Error(`measuring ${job.what} failed: ${killed ?? `exit code ${code}`}`);
  return measured;
}
