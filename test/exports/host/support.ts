import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { describe as describeExport, produce } from '../../../src/exports/host/host.ts';
import type { Period } from '../../../src/exports/period.ts';
import type { Description, Produced, ProduceJob, ProducePort } from '../../../src/exports/host/job.ts';

const roots: string[] = [];
afterAll(() => Promise.all(roots.map((root) => rm(root, { recursive: true }))));

/** An installation's folder with one export, `exports/closed.ts`, and whatever else is in `files`. */
export function installation(module: string, files: Record<string, string> = {}): ProduceJob {
  const root = mkdtempSync(path.join(tmpdir(), 'regie-test-host-'));
  roots.push(root);
  const job: ProduceJob = {
    name: 'closed',
    campaign: 'canal',
    module: path.join(root, 'closed.ts'),
    root,
    workFolder: root,
    sources: { names: [], connect: () => Promise.reject(new Error('nobody should ask')) },
  };
  for (const [name, text] of Object.entries({ 'closed.ts': module, ...files }))
    writeFileSync(path.join(root, name), text);
  return job;
}

/** What a module says of its export. */
export function described(module: string, options: Partial<ProduceJob> = {}): Promise<Description> {
  return describeExport({ ...installation(module), ...options });
}

/** Why a module cannot be loaded, in the words that operators read, without their beginning. */
export async function faultOf(module: string, options: Partial<ProduceJob> = {}): Promise<string> {
  const error: unknown = await described(module, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error(`it was described: ${JSON.stringify(error)}`);
  const beginning = 'the export closed cannot be loaded: ';
  if (error.name !== 'BrokenExport' || !error.message.startsWith(beginning)) throw error;
  return error.message.slice(beginning.length);
}

/** What a port was told. */
export interface Told {
  steps: string[];
  lines: string[];
}

/** A port that notes what it is told. */
export function port(signal = new AbortController().signal): ProducePort & Told {
  const told: Told = { steps: [], lines: [] };
  return {
    ...told,
    signal,
    progress: ({ step, done }) => told.steps.push(`${step} ${done ?? ''}`.trim()),
    trace: (line) => told.lines.push(line),
  };
}

export const day: Period = { type: 'day', businessDay: '2026-11-20' };

/** A file made by a module. */
export function made(
  module: string,
  { period = day, to = port(), ...options }: Partial<ProduceJob> & { period?: Period; to?: ProducePort } = {},
): Promise<Produced> {
  return produce({ ...installation(module), ...options }, period, to);
}

/** Names of files that are still being written in a job's folder. */
export function parts({ workFolder }: ProduceJob): string[] {
  return readdirSync(workFolder).filter((name) => name.endsWith('.part'));
}
