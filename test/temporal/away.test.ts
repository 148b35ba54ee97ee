import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identify } from '../../src/processes/processes.ts';
import { homeOf, writeRunFile } from '../../src/processes/run-file.ts';
import { deadWorker } from '../../src/temporal/unavailable.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'regie-away-'));
  mkdirSync(homeOf(root));
});
afterEach(() => rmSync(root, { recursive: true }));

const running = identify(process.pid)!;
const dead = { ...running, started: 'before' };

test('the worker of a running `up` that has died is away', async () => {
  await writeRunFile(root, { owner: running, worker: dead });
  expect(await deadWorker(root)).toEqual({
    pid: dead.pid,
    words: `the worker (pid ${dead.pid}) has died; \`regie up\` (pid ${running.pid}) starts it again`,
  });
});

test('one that runs is not, nor one that has not polled yet, nor that of an `up` that is gone', async () => {
  await writeRunFile(root, { owner: running, worker: running });
  expect(await deadWorker(root)).toBeUndefined();
  await writeRunFile(root, { owner: running });
  expect(await deadWorker(root)).toBeUndefined();
  await writeRunFile(root, { owner: dead, worker: dead });
  expect(await deadWorker(root)).toBeUndefined();
});
