import { beforeAll, expect, test } from 'vitest';
import { Worker } from '@temporalio/worker';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { installRuntime } from '../../src/worker/runtime.ts';
import { makeBundle } from '../../src/worker/bundle.ts';

const folder = path.join(import.meta.dirname, '..', 'histories');
const versions = readdirSync(folder);
const histories = versions.flatMap((version) =>
  readdirSync(path.join(folder, version)).map((file) => path.join(version, file)),
);

installRuntime(pino({ level: 'silent' }));
let workflowBundle: { code: string };
beforeAll(async () => {
  workflowBundle = await makeBundle();
});

test('histories of every kind of end are there', () => {
  const names = new Set(histories.map((file) => path.basename(file, '.json')));
  expect([...names].sort()).toEqual([
    'control',
    'run-cancelled',
    'run-done',
    'run-failed',
    'run-idle',
    'run-waiting',
    'watch',
  ]);
});

test.each(histories)('%s is replayed by the workflows of today', async (file) => {
  const history: unknown = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  await Worker.runReplayHistory({ workflowBundle }, history, `replay/${file}`);
});

test('a change that is not replay-safe is found', async () => {
  // The history of a run that did its work, told as if it were the watch's: the commands differ.
  const file = histories.find((name) => name.endsWith('run-done.json')) ?? '';
  const text = readFileSync(path.join(folder, file), 'utf8').replaceAll('"name": "probe"', '"name": "watch"');
  const history: unknown = JSON.parse(text);
  await expect(Worker.runReplayHistory({ workflowBundle }, history, 'replay/changed')).rejects.toThrow(
    /[Nn]ondeterminis|TMPRL1100/,
  );
});
