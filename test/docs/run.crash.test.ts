import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtProgram } from '../support/built.ts';
import { project } from '../support/documents.ts';
import { findTemporal } from '../../src/servers/temporal-binary.ts';
import { eventually } from '../support/installation.ts';
import { freePort } from '../support/ports.ts';
import { shellCommands, type ShellCommand } from './shell-commands.ts';

/** The commands of the documents, typed one after the other beside what `npm start` starts. */

let root: string;
let up: ChildProcess;
let said = '';
let temporal: string;
let address: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'regie-documents-'));
  const example = await readFile(path.join(project, 'regie.config.ts'), 'utf8');
  await writeFile(
    path.join(root, 'regie.config.ts'),
    example.replace('port: 2121', `port: ${await freePort()}`),
  );
  await cp(path.join(project, 'examples'), path.join(root, 'examples'), { recursive: true });
  const port = String(await freePort());
  const ports = ['--port', port, '--ui-port', String(await freePort())];
  temporal = await findTemporal();
  address = `127.0.0.1:${port}`;
  up = spawn(process.execPath, [builtProgram, 'up', '--sample', ...ports], {
    cwd: root,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [up.stdout, up.stderr]) stream?.on('data', (text) => (said += String(text)));
  await eventually(async () => {
    expect(said).toContain('Days of the sample');
    expect(said).toContain('Records of the library');
    expect(said).toMatch(/^EXPORT /m);
  }, 240_000);
}, 260_000);
afterAll(async () => {
  up.kill('SIGINT');
  await once(up, 'close');
  await rm(root, { recursive: true, force: true });
}, 60_000);

/** No server of this machine's environment: the folder's own. */
function environment(): NodeJS.ProcessEnv {
  const { TEMPORAL_ADDRESS: _, TEMPORAL_NAMESPACE: __, DATABASE_URL: ___, ...rest } = process.env;
  return rest;
}

async function type({ words }: ShellCommand): Promise<{ code: number | null; told: string }> {
  const [program, ...args] = words;
  // Where there is one server only, as on the machine of a reader, it is at the usual address.
  const child =
    program === 'temporal'
      ? spawn(temporal, args, { cwd: root, env: { ...environment(), TEMPORAL_ADDRESS: address } })
      : spawn(process.execPath, [builtProgram, ...args], { cwd: root, env: environment() });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (told += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, told };
}

const commands = shellCommands().filter(({ notRun }) => notRun === undefined);

test('each does what its page says', async () => {
  const failed = [];
  for (const each of commands) {
    const { code, told } = await type(each);
    if (!each.mayEndWith.includes(code ?? -1))
      failed.push(`${each.where}: ${each.text}: ${code}: ${told.trim()}`);
  }
  expect(failed).toEqual([]);
}, 240_000);
