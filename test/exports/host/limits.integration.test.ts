import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { produce } from '../../../src/exports/host/host.ts';
import { identify, isRunning } from '../../../src/processes/processes.ts';
import { day, installation, made, parts, port } from './support.ts';

const rows = (body: string) => `import { defineExport } from 'regie';
import { spawn } from 'node:child_process';
export default defineExport({
  header: ['id'],
  async *rows({ signal, log }) {
${body}
  },
  failed: (error, { log }) => log('failed: ' + (error as Error).message),
});`;

describe('limits of making a file', () => {
  test.concurrent.for([
    ['loops', 'for (;;) ;', 'closed.ts:6: making the file took more than 6 s; it was still busy here'],
    [
      'waits for what does not come',
      'await new Promise(() => {});',
      'closed.ts: making the file took more than 6 s; it waits for something that does not come',
    ],
  ] as const)('ends one that %s', async ([, body, sentence], { expect }) => {
    const job = { ...installation(rows(body)), timeout: 6_000 };
    await expect(produce(job, day, port())).rejects.toMatchObject({
      reason: 'timeout',
      message: `the export closed failed: ${sentence}`,
    });
    expect(parts(job)).toEqual([]);
  });

  test.concurrent('ends one that collects its rows in memory', async ({ expect }) => {
    const job = installation(
      rows('const all: object[] = []; for (;;) all.push({ all }); yield all as never;'),
    );
    await expect(produce({ ...job, memory: 200 }, day, port())).rejects.toMatchObject({
      reason: 'memory',
      message:
        'the export closed failed: closed.ts: it needed more than 200 MB of memory; it must not collect the rows of large tables, or needs a larger memory in the configuration',
    });
  });

  test.concurrent('lets one that is cancelled end by itself', async ({ expect }) => {
    const cancel = new AbortController();
    const to = port(cancel.signal);
    const trace = (line: string) => {
      to.trace(line);
      if (line === 'begun') cancel.abort(new Error('stopped by the operator'));
    };
    const job = installation(
      rows(
        "log('begun'); await new Promise((_, no) => signal.addEventListener('abort', () => no(signal.reason)));",
      ),
    );
    await expect(produce(job, day, { ...to, trace })).rejects.toThrow('stopped by the operator');
    expect(to.lines).toEqual(['begun', 'failed: cancelled']);
    expect(parts(job)).toEqual([]);
  });

  test.concurrent(
    'ends one that is cancelled and does not listen, and the programs that it started',
    async ({ expect }) => {
      const cancel = new AbortController();
      const to = port(cancel.signal);
      let started: ReturnType<typeof identify>;
      const trace = (line: string) => {
        started = identify(Number(line));
        cancel.abort(new Error('stopped'));
      };
      const job = installation(rows("log(String(spawn('sleep', ['600']).pid)); yield [1]; for (;;) ;"));
      await expect(produce({ ...job, grace: 100 }, day, { ...to, trace })).rejects.toThrow('stopped');
      expect(started).toBeDefined();
      await gone(started!);
      expect(parts(job)).toEqual([]);
    },
  );

  test.concurrent('says that somebody else killed it', async ({ expect }) => {
    const to = port();
    const trace = (line: string) => void process.kill(Number(line), 'SIGKILL');
    await expect(
      made(rows('log(String(process.pid)); await new Promise(() => {});'), { to: { ...to, trace } }),
    ).rejects.toMatchObject({
      name: 'ExportFailed',
      reason: 'exit',
      message: 'the export closed failed: closed.ts: its process was ended by SIGKILL before it was done',
    });
  });

  const main = fileURLToPath(new URL('parent.ts', import.meta.url));

  test.concurrent.for([
    ['waits', 'log(String(process.pid)); await new Promise(() => {});'],
    ['loops', 'log(String(process.pid)); for (;;) ;'],
  ] as const)(
    'leaves no process behind when its worker is killed: one that %s',
    async ([, body], { expect }) => {
      const job = installation(rows(body));
      const parent = spawn(
        'node',
        ['--import', 'tsx', main, JSON.stringify({ root: job.root, module: job.module })],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const [pid] = (await once(createInterface(parent.stdout), 'line')) as [string];
      const child = identify(Number(pid));
      expect(child).toBeDefined();
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      await gone(child!);
    },
  );

  /** Waits until a process has ended; the test's own time limit is the end of that. */
  async function gone(process: NonNullable<ReturnType<typeof identify>>): Promise<void> {
    while (isRunning(process)) await sleep(20);
  }
});
