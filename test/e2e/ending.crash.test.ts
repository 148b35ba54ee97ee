import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { readRunFile } from '../../src/processes/run-file.ts';
import { serverProcesses } from '../support/left-servers.ts';
import { dice } from '../support/killer/seed.ts';
import { temporalProgram } from '../support/temporal-program.ts';
import { copyExample, removeExample } from './support/example.ts';
import { regie, type Program } from './support/program.ts';

/** `regie up --sample` ended at any moment of its start, in any way: nothing stays behind, and the next one finds all as it was. */

const nowhere = { TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined, DATABASE_URL: undefined };
const random = dice(import.meta.filename)();
const ROUNDS = 8;
/** Ctrl-C with all its ways, and deaths of which nobody is told. */
const ways = ['SIGINT', 'SIGTERM', 'SIGHUP', 'twice', 'SIGKILL', 'SIGKILL'] as const;

let root: string;
let ports: string[];
let temporal: string;
/** How long a start takes here until it is ready, ms: what moments are chosen from. */
let start = 0;

beforeAll(async () => {
  temporal = await temporalProgram();
  root = await copyExample();
  ports = ['--port', String(await freePort()), '--ui-port', String(await freePort())];
});
afterAll(() => removeExample(root));

const up = (): Program =>
  regie(['up', '--sample', '--config', path.join(root, 'regie.config.ts'), ...ports], {
    ...nowhere,
    REGIE_TEMPORAL_CLI: temporal,
  });

/** Starts until it is ready, and ends it as one does. */
async function wholeStart(): Promise<void> {
  const began = Date.now();
  const program = up();
  await program.says('Ctrl-C');
  start = Date.now() - began;
  await end(program, 'SIGINT');
}

/** @param before what ran for the installation when it was started. */
async function end(
  program: Program,
  way: (typeof ways)[number],
  before: readonly number[] = [],
): Promise<void> {
  program.process.kill(way === 'twice' ? 'SIGINT' : way);
  if (way === 'twice') {
    await sleep(1_100);
    program.process.kill('SIGINT');
  }
  const how = await program.ended;
  if (way === 'SIGKILL') return;
  // Before it has anything to stop it ends by the signal itself.
  const early = !program.out().includes('Stopping') && (how === way || how === 'SIGINT');
  const right = early || how === 0 || (way === 'twice' && how === 130);
  expect({ how, right, out: program.out(), err: program.err() }).toMatchObject({ right: true });
  // Nor has it looked at what the one before it left, when that was killed.
  if (early && serverProcesses(root).every((pid) => before.includes(pid))) return;
  expect(serverProcesses(root)).toEqual([]);
  expect(await readRunFile(root)).toBeUndefined();
}

test.each(['new', 'known'])('in a %s installation', { timeout: 1_200_000 }, async (kind) => {
  await wholeStart();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const way = ways[Math.floor(random() * ways.length)]!;
    const after = Math.round(random() * start);
    console.log(`round ${round}: ${way} after ${after} of ${start} ms`);
    if (kind === 'new' && serverProcesses(root).length === 0)
      for (const made of ['.regie', 'data']) rmSync(path.join(root, made), { recursive: true, force: true });
    const before = serverProcesses(root);
    const program = up();
    await Promise.race([sleep(after), program.ended]);
    await end(program, way, before);
  }
  await wholeStart();
  expect(serverProcesses(root)).toEqual([]);
});
