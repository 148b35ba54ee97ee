import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { listen, type Listening } from '../../../src/library/batch/http/endpoint-server.ts';
import { httpSettings } from '../../../src/library/batch/http/endpoint-settings.ts';
import { freePort } from '../../support/ports.ts';
import { TASK } from './library.ts';
import type { Uploads } from './support.ts';

export const KEY = 'a-key-that-nobody-guesses';
process.env['REGIE_TEST_UPLOAD_KEY'] = KEY;

/** An endpoint of a test, with the runs that its uploads start. */
export interface TestEndpoint extends Listening {
  /** What it wrote into the log, as JSON lines. */
  log: string[];
  /** A request with the key, unless `headers` say otherwise. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** How often the task was started. */
  starts(): number;
}

/** Starts an endpoint for a batch task; `takes: false`: nobody takes what it puts into the drop. */
export async function openEndpoint(
  at: Uploads,
  { takes = true, stopped = false, ...http }: Record<string, unknown> = {},
): Promise<TestEndpoint> {
  const end = new AbortController();
  const log: string[] = [];
  let starts = 0;
  let runs: Promise<unknown> = Promise.resolve();
  let waiting = false;
  const write = (data: object, text: string) => {
    const plain = Object.entries(data).map(([name, value]) => [
      name,
      value instanceof Error ? value.stack : value,
    ]);
    log.push(JSON.stringify({ ...Object.fromEntries(plain), text }));
  };
  const server = await listen({
    task: TASK,
    pool: at.pool,
    settings: at.settings,
    http: httpSettings.parse({ key: 'env:REGIE_TEST_UPLOAD_KEY', port: await freePort(), ...http }),
    folders: at.folders,
    signal: end.signal,
    log: { info: write, warn: write },
    start: async () => {
      starts += 1;
      if (stopped) return false;
      if (!takes || waiting) return true;
      // One run after the other, and one that waits, as the engine does.
      waiting = true;
      runs = runs.then(() => {
        waiting = false;
        return at.run();
      });
      return true;
    },
  });
  at.onClose(async () => {
    end.abort();
    await server.close();
    await runs;
  });
  return {
    ...server,
    log,
    starts: () => starts,
    ask: (path, init = {}) =>
      fetch(`${server.url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${KEY}`, ...(init.headers as Record<string, string>) },
      }),
  };
}

/** A form of fields, and of files by their names. */
export function formOf(fields: Record<string, string>, files: Record<string, string | Uint8Array>): FormData {
  const form = new FormData();
  for (const [name, text] of Object.entries(fields)) form.append(name, text);
  for (const [name, content] of Object.entries(files)) form.append('file', new Blob([content]), name);
  return form;
}

/** An endpoint of a task in a process of its own, for tests to kill. */
export async function startEndpointChild(at: Uploads, port: number): Promise<{ kill(): Promise<void> }> {
  const script = fileURLToPath(new URL('endpoint-child.ts', import.meta.url));
  const { url, root } = at;
  const child = spawn('node', ['--import', 'tsx', script, JSON.stringify({ url, root, port })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  at.onClose(async () => (child.exitCode === null && child.signalCode === null ? kill() : undefined));
  await Promise.race([once(createInterface(child.stdout), 'line'), gone]);
  return { kill };
}
