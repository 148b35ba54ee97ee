import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { commandOf, log, notrace, run, start, status, stop, trace } from '../src/client.ts';
import { commands, queries } from '../src/task/names.ts';

test('names what the control workflow understands', () => {
  expect([start, stop, run, trace, notrace].map(({ name }) => name)).toEqual([...commands]);
  expect([status, log].map(({ name }) => name)).toEqual([queries.status, queries.log]);
  expect(commandOf<{ older: string }>('flush').name).toBe('flush');
});

test('loads Temporal’s client, and nothing of workers, workflows and databases', async () => {
  const loaded = `
    import module from 'node:module';
    await import('regie/client');
    const names = Object.keys(module._cache).map((file) => /node_modules.((?:@[^/\\\\]+.)?[^/\\\\]+)/.exec(file)?.[1]);
    console.log(JSON.stringify([...new Set(names)]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', loaded], {
    cwd: fileURLToPath(new URL('../', import.meta.url)),
  });
  const names = JSON.parse(stdout) as string[];
  expect(names).toContain('@temporalio/client');
  for (const heavy of ['worker', 'workflow', 'core-bridge', 'testing', 'activity'])
    expect(names).not.toContain(`@temporalio/${heavy}`);
  expect(names).not.toContain('pg');
});
