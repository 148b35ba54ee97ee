import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Loader } from './support.ts';

const child = fileURLToPath(new URL('child.ts', import.meta.url));

/** Begins a run in a process of its own and kills it, without a warning, after `life` ms. */
export async function runAndKill(
  { url, root }: Loader,
  { life, ...options }: { run: string; settings: object; weather: object; life: number },
): Promise<void> {
  const process = spawn('node', ['--import', 'tsx', child, JSON.stringify({ url, root, ...options })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(process, 'exit');
  // One that found nothing to do, or another at work, ends by itself.
  await Promise.race([once(createInterface(process.stdout), 'line'), gone]);
  await setTimeout(life);
  process.kill('SIGKILL');
  await gone;
}
