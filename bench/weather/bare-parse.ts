import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { StartClock, Timed } from './job.ts';

/** `JSON.parse` of every file, and nothing else on the clock: files are read and decoded beside it. */
export async function parseFiles(folder: string, startClock: StartClock): Promise<Timed> {
  const total: Timed = { ms: 0, cpu: { own: 0 } };
  for (const name of readdirSync(folder)) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const stopClock = await startClock();
    JSON.parse(text);
    const { ms, cpu } = stopClock();
    total.ms += ms;
    total.cpu.own += cpu.own;
  }
  return total;
}
