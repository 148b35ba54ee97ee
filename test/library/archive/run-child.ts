import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../../src/task/kind.ts';

const child = fileURLToPath(new URL('child.ts', import.meta.url));

export interface ChildOptions {
  url: string;
  root: string;
  run: string;
  settings: object;
  databox: object;
  /** Whose it is; only root may say. */
  uid?: number;
}

function start({ uid, ...options }: ChildOptions) {
  return spawn('node', ['--import', 'tsx', child, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
}

/** Begins a run in a process of its own and kills it, without a warning, after `life` ms. */
export async function runAndKill(options: ChildOptions, life: number): Promise<void> {
  const process = start(options);
  const gone = once(process, 'exit');
  // One that found nothing to do, or another at work, ends by itself.
  await Promise.race([once(createInterface(process.stdout), 'line'), gone]);
  await setTimeout(life);
  process.kill('SIGKILL');
  await gone;
}

/** A whole run in a process of its own. */
export async function runChild(options: ChildOptions): Promise<Report> {
  const process = start(options);
  let said = '';
  process.stdout.on('data', (data: Buffer) => (said += data.toString()));
  await once(process, 'close');
  return JSON.parse(said.split('\n')[1]!) as Report;
}
