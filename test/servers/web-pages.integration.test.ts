import { Client, Connection } from '@temporalio/client';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { findTemporal } from '../../src/servers/temporal-binary.ts';
import { adoptTemporal, startTemporal, type RunningTemporal } from '../../src/servers/temporal.ts';
import { socketsOf } from '../support/listening-sockets.ts';

/** What a web page that somebody looks at on this machine can do to the local Temporal server: nothing. */

let home: string;
let binary: string;
let server: RunningTemporal;
let client: Client;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'regie-test-pages-'));
  binary = await findTemporal();
  const [port, uiPort] = [await freePort(), await freePort()];
  server = await startTemporal(binary, { home, port, uiPort, namespace: 'default' });
  client = new Client({ connection: await Connection.connect({ address: server.address }) });
  await client.schedule.create({
    scheduleId: 'ticks',
    spec: { intervals: [{ every: '1h' }] },
    action: { type: 'startWorkflow', workflowType: 'x', taskQueue: 'nobody' },
  });
});
afterAll(async () => {
  await client?.connection.close();
  await server?.stop();
  await rm(home, { recursive: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** An HTTP request; undefined when what listens there speaks no HTTP. */
function send(
  port: number,
  where: string,
  {
    method = 'POST',
    headers = {},
    body,
  }: { method?: string; headers?: OutgoingHttpHeaders; body?: object } = {},
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path: where,
        method,
        headers,
        signal: AbortSignal.timeout(5_000),
      },
      (response) => {
        let text = '';
        response.on('data', (part) => (text += String(part)));
        response.on('error', () => resolve(undefined));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    asked.on('error', () => resolve(undefined));
    asked.end(body && JSON.stringify(body));
  });
}

/** What the HTTP API takes, and the Web UI's own. */
const pause = {
  path: '/api/v1/namespaces/default/schedules/ticks/patch',
  body: { patch: { pause: 'a page' } },
};
const begin = {
  path: '/api/v1/namespaces/default/workflows/posted',
  body: { workflowType: { name: 'x' }, taskQueue: { name: 'nobody' } },
};

const paused = async () => (await client.schedule.getHandle('ticks').describe()).state.paused;

async function workflows(): Promise<string[]> {
  const found = [];
  for await (const { workflowId } of client.workflow.list()) found.push(workflowId);
  return found;
}

describe.runIf(process.platform === 'linux')('of all ports of the server', () => {
  test('none does what a page posts, to 127.0.0.1 or to a name that leads there', async () => {
    const ports = socketsOf(server.process.pid).map(({ port }) => port);
    expect(ports).toContain(server.port);
    expect(ports).toContain(server.uiPort);
    const answers: number[] = [];
    for (const port of ports)
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `page.example:${port}`])
        for (const { path: where, body } of [pause, begin]) {
          // What a form or `fetch` may send to elsewhere without asking there first.
          const headers = { host, origin: 'http://page.example', 'content-type': 'text/plain' };
          const answer = await send(port, where, { headers, body });
          if (!answer) continue;
          expect(answer.status, `port ${port}, Host ${host}`).toBeGreaterThanOrEqual(400);
          expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
          answers.push(answer.status);
        }
    // The HTTP API was among them, each time.
    expect(answers.filter((status) => status === 403)).toHaveLength(6);
    expect(await paused()).toBe(false);
    expect(await workflows()).not.toContain('posted');
  });
});

test('the `temporal` command and the Web UI work', async () => {
  const temporal = async (...args: string[]) =>
    (await promisify(execFile)(binary, [...args, '--address', server.address])).stdout;
  await temporal('schedule', 'toggle', '--schedule-id', 'ticks', '--pause', '--reason', 'by hand');
  expect(await paused()).toBe(true);

  expect(await send(server.uiPort, '/', { method: 'GET' })).toMatchObject({
    status: 200,
    text: expect.stringContaining('<html'),
  });
  const listed = await send(server.uiPort, '/api/v1/namespaces/default/schedules', { method: 'GET' });
  expect(listed).toMatchObject({ status: 200, text: expect.stringContaining('ticks') });
  // As its own pages do, which may read the cookie.
  const cookie = listed!.headers['set-cookie']?.find((one) => one.startsWith('_csrf='))?.split(';')[0] ?? '';
  const headers = {
    cookie,
    'x-csrf-token': cookie.replace('_csrf=', ''),
    'content-type': 'application/json',
  };
  const unpause = { patch: { unpause: 'in the UI' } };
  expect(await send(server.uiPort, pause.path, { headers, body: unpause })).toMatchObject({ status: 200 });
  expect(await paused()).toBe(false);
});

test('a server that an earlier version left with its HTTP API open is not adopted', async () => {
  const own = await mkdtemp(path.join(await realpath(tmpdir()), 'regie-test-pages-'));
  try {
    const [port, uiPort] = [await freePort(), await freePort()];
    const orphan = spawn(
      binary,
      [
        'server start-dev --log-level error --ip 127.0.0.1 --ui-ip 127.0.0.1'.split(' '),
        ['--port', `${port}`, '--ui-port', `${uiPort}`, '--db-filename', path.join(own, 'temporal.db')],
        '--search-attribute RegieTask=Keyword --search-attribute RegieKind=Keyword'.split(' '),
      ].flat(),
      { stdio: 'ignore' },
    );
    const gone = once(orphan, 'exit');
    const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 30_000 });
    await connection.close();
    const adopted = await adoptTemporal({ home: own, port, uiPort, namespace: 'default' });
    await adopted?.stop();
    await gone;
    expect(adopted).toBeUndefined();
  } finally {
    await rm(own, { recursive: true });
  }
});
