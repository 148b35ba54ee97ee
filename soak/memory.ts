import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from './service.ts';

const EVERY = 2_000;

/** Resident memory of a process over the play, MB. */
export interface Memory {
  samples: number[];
  most: number;
  /** Medians of the middle and of the last third: memory that leaks grows between them. */
  middle: number;
  last: number;
}

/** Samples the memory of a service until `signal`; nothing where the system has no /proc. */
export async function sampleMemory(service: Service, signal: AbortSignal): Promise<Memory> {
  const samples: number[] = [];
  while (!signal.aborted) {
    const kilobytes = service.pid === undefined ? undefined : await residentSet(service.pid);
    if (kilobytes !== undefined) samples.push(Math.round(kilobytes / 1024));
    await sleep(EVERY, undefined, { signal }).catch(() => undefined);
  }
  const third = Math.floor(samples.length / 3);
  return {
    samples,
    most: Math.max(0, ...samples),
    middle: median(samples.slice(third, 2 * third)),
    last: median(samples.slice(2 * third)),
  };
}

async function residentSet(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
