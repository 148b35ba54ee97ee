import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { childEnd } from '../../src/processes/child-end.ts';
import { readLines } from '../../src/processes/output-lines.ts';

const node = (code: string) =>
  spawn(process.execPath, ['-e', code], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });

test('a busy process still reads what its child has said', async () => {
  const child = node("for (let i = 0; i < 2000; i++) console.log('line ' + i); process.exitCode = 3");
  const lines: string[] = [];
  const ended = childEnd(child, 200);
  child.once('exit', () => {
    // What it has said lies in the pipe; before it is read this process has no time for longer than it waits.
    readLines(child.stdout, (line) => lines.push(line));
    setImmediate(() => {
      for (const until = performance.now() + 500; performance.now() < until;);
    });
  });
  expect(await ended).toEqual({ code: 3, signal: null });
  expect(lines).toHaveLength(2000);
});

test('what it leaves behind is ended, or not waited for when it leads a session of its own', async () => {
  const child = node(`
    const { spawn } = require('node:child_process');
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'inherit' });
    console.log(left.pid);
    left.unref();
    process.exit(0);`);
  let pid = 0;
  readLines(child.stdout, (line) => (pid = Number(line)));
  try {
    expect(await childEnd(child, 200)).toEqual({ code: 0, signal: null });
    expect(pid).toBeGreaterThan(0);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

test('one that cannot be started says why', async () => {
  const child = spawn('/nowhere/at-all', { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  await expect(childEnd(child, 200)).rejects.toThrow('ENOENT');
});
