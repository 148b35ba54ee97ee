import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killAll, regie as start, type Program } from '../e2e/support/program.ts';
import { command } from '../support/command.ts';
import { eventually } from '../support/installation.ts';
import { freshDatabase } from '../support/postgres.ts';
import { freshNamespace } from '../support/temporal.ts';

/** Ctrl-C to a worker, whatever its runs and its server do. */

/** `deaf` hears nothing; `obedient` ends when it is told. Each says on standard error that it has begun. */
const kinds = `import { defineConfig, defineKind, z } from 'regie';
const kind = (name, work) => defineKind({
  name, aliases: [], summary: name, settings: z.strictObject({}), every: '1h', poll: async () => ({ work: true }),
  work(ctx) { process.stderr.write(name + ' has begun\\n'); return work(ctx); },
});
const deaf = kind('deaf', () => new Promise(() => {}));
const obedient = kind('obedient', ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))));
export default defineConfig({
  kinds: [deaf, obedient],
  tasks: [{ name: 'svcDeaf', kind: 'deaf', settings: {} }, { name: 'svcObedient', kind: 'obedient', settings: {} }],
});
`;

const environment = { ...process.env };
let config: string;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let line: Line;

beforeEach(async () => {
  const [fresh, where] = await Promise.all([freshDatabase(), freshNamespace()]);
  database = fresh;
  line = await openLine(where.address);
  config = path.join(mkdtempSync(path.join(tmpdir(), 'regie-ending-')), 'regie.config.ts');
  writeFileSync(config, kinds);
  process.env['TEMPORAL_ADDRESS'] = line.address;
  process.env['TEMPORAL_NAMESPACE'] = where.namespace;
  process.env['DATABASE_URL'] = database.url;
});
afterEach(async () => {
  await killAll();
  line.cut();
  process.env = { ...environment };
  await database.drop();
  rmSync(path.dirname(config), { recursive: true });
});

/** `regie up` on the tests' servers, a run of `kind` in progress. */
async function running(kind: 'Deaf' | 'Obedient'): Promise<Program> {
  const up = start(['up', '--config', config]);
  await up.says('Ctrl-C');
  await eventually(async () =>
    expect(await command(['run', `svc${kind}`, '--config', config])).toMatchObject({ code: 0 }),
  );
  await eventually(() => expect(up.err()).toContain(`${kind.toLowerCase()} has begun`));
  return up;
}

test('a run that reaches no safe point is named; a second Ctrl-C leaves it', async () => {
  const up = await running('Deaf');
  up.process.kill('SIGINT');
  await up.says('Waiting for the run of svcDeaf');
  up.process.kill('SIGINT');
  expect(await up.ended).toBe(130);
  expect(up.out()).toMatch(/Stopping at once: .*\nStopped\.\n$/);
}, 120_000);

test('it ends without a server that is away, once its runs have ended', async () => {
  const up = await running('Obedient');
  line.cut();
  up.process.kill('SIGINT');
  expect(await up.ended).toBe(0);
  expect(up.out()).toMatch(/The Temporal server does not answer: the worker ends without it\.\nStopped\.\n$/);
}, 120_000);

/** What clients reach the server through, until it is cut. */
interface Line {
  address: string;
  cut(): void;
}

async function openLine(address: string): Promise<Line> {
  const [host = '', port] = address.split(':');
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  };
  const server: Server = createServer((client) => {
    const far = keep(connect(Number(port), host));
    keep(client).pipe(far).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = server.address();
  return {
    address: `127.0.0.1:${typeof own === 'object' ? own?.port : ''}`,
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
