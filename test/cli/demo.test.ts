import { Client } from 'basic-ftp';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { command } from '../support/command.ts';

let top: string;
beforeAll(() => {
  top = mkdtempSync(path.join(tmpdir(), 'regie-demo-'));
});
afterAll(() => rmSync(top, { recursive: true }));

/** Runs the command until it says that it is ready and `use` is done with it. */
async function demoFtp(args: string[], use: (ready: Ready) => Promise<void>) {
  const stop = new AbortController();
  let used: Promise<void> | undefined;
  const said = await command(['demo', 'ftp', ...args, '--json'], {
    signal: stop.signal,
    onOut(out) {
      used ??= use(JSON.parse(out) as Ready).finally(() => stop.abort());
    },
  });
  await used;
  return said;
}

interface Ready {
  host: string;
  port: number;
  user: string;
  password: string;
  filled?: string[];
}

test('serves a new folder with files in it until Ctrl-C, and then the same one as it was left', async () => {
  const args = ['--port', String(await freePort()), '--folder', path.join(top, 'demo')];
  const first = await demoFtp(args, async ({ host, port, user, password, filled }) => {
    expect(filled).toHaveLength(4);
    const client = new Client();
    await client.access({ host, port, user, password });
    await client.remove('morning over the bay.png');
    client.close();
  });
  expect(first.code).toBe(0);
  const second = await demoFtp(args, async ({ host, port, user, password, filled }) => {
    expect(filled).toBeUndefined();
    const client = new Client();
    await client.access({ host, port, user, password });
    expect((await client.list()).map(({ name }) => name)).toEqual(['Réunion', 'scans']);
    client.close();
  });
  expect(second.code).toBe(0);
});

test('refuses a port that is none', async () => {
  const { code, err } = await command(['demo', 'ftp', '--port', '70000']);
  expect(code).toBe(2);
  expect(err).toContain('Expected a port from 1 to 65535');
});
