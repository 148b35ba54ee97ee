import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConfigInput } from '../../src/config/config-schema.ts';
import { startInstallation, type TestInstallation } from '../support/installation.ts';

/** `node dist/worker.js`, as a service manager starts it: it is what `regie worker` is. */

const entry = fileURLToPath(new URL('../../dist/worker.js', import.meta.url));
const input: ConfigInput = {
  installation: 'entry-test',
  tasks: [{ name: 'svcLoadJson', kind: 'loadJson', every: '1h' }],
};
let at: TestInstallation;
let config: string;

beforeAll(async () => {
  at = await startInstallation(input);
  config = path.join(at.root, 'regie.config.ts');
  writeFileSync(config, `export default ${JSON.stringify(input)};\n`);
});
afterAll(() => at?.close());

/** Runs it; sends it SIGTERM once it has said `enough`. */
function worker(args: readonly string[], env: Record<string, string | undefined> = {}, enough?: string) {
  const child = spawn(process.execPath, [entry, ...args], {
    env: { ...process.env, DATABASE_URL: at.databaseUrl, REGIE_CONFIG: undefined, ...env },
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += String(text);
    if (enough !== undefined && out.includes(enough)) child.kill('SIGTERM');
  });
  child.stderr.on('data', (text) => (err += String(text)));
  return new Promise<{ code: number | null; out: string; err: string; pid: number | undefined }>((resolve) =>
    child.once('close', (code) => resolve({ code, out, err, pid: child.pid })),
  );
}

test('it says who it is when it polls, and drains at SIGTERM', async () => {
  const { code, out, err, pid } = await worker(['--config', config, '--json'], {}, '"ready":true');
  expect({ code, said: JSON.parse(out) as object }).toEqual({ code: 0, said: { ready: true, pid } });
  expect(err).toContain('"stopping"');
  const named = await worker([], { REGIE_CONFIG: config }, 'polls');
  expect(named).toMatchObject({ code: 0, out: `Worker ${named.pid} polls.\n` });
});

test('it ends as `regie worker` does where it cannot work', async () => {
  expect(await worker(['--confg'])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/--confg[^]*node worker\.js \[--config <file>\]/),
  });
  expect(await worker(['--config', '/nowhere.ts'])).toMatchObject({
    code: 2,
    err: 'There is no /nowhere.ts: --config names it.\n',
  });
  expect(await worker(['--config', config], { DATABASE_URL: undefined })).toMatchObject({
    code: 3,
    err: expect.stringMatching(/^No database: `regie up` does not run in this folder/),
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'regie-entry-'));
  try {
    const other = path.join(folder, 'regie.config.ts');
    writeFileSync(other, `export default ${JSON.stringify({ ...input, installation: 'other' })};\n`);
    const { code, out } = await worker(['--config', other, '--json']);
    expect({ code, said: JSON.parse(out) as object }).toMatchObject({
      code: 5,
      said: { belongsTo: 'the installation "entry-test" (its schedule svcLoadJson)' },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
