import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { command } from '../support/command.ts';

let root: string;
let config: string;
const environment = { ...process.env };

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'regie-usage-'));
  config = path.join(root, 'regie.config.ts');
  await writeFile(
    config,
    `import { defineConfig, defineKind } from 'regie';
     const any = { safeParse: (data: unknown) => ({ success: true, data }) } as never;
     const kind = defineKind({ name: 'nothing', aliases: ['nil'], summary: 'Does nothing', settings: any, every: '1h',
       poll: async () => ({ work: false }), work: async () => ({ outcome: 'done', counts: {}, changed: false }) });
     export default defineConfig({ kinds: [kind], tasks: [{ name: 'svcNothing', kind: 'nothing' }] });`,
  );
  // Nobody listens there: a port that was free a moment ago.
  process.env.TEMPORAL_ADDRESS = `127.0.0.1:${await freePort()}`;
  delete process.env.DATABASE_URL;
});
afterAll(async () => {
  process.env = environment;
  await rm(root, { recursive: true });
});

test('help lists every command and the exit codes', async () => {
  const { code, out, err } = await command(['--help']);
  expect(code).toBe(0);
  expect(err).toBe('');
  for (const name of 'up worker apply list status start stop run trace notrace log svc weather scheduler doctor'.split(
    ' ',
  )) {
    expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
  expect(out).toContain('3 no server, 4 no such task, 5 refused');
});

test('svc has help and version of its own', async () => {
  expect((await command(['svc', '-h'])).out).toContain('--notrace');
  expect(await command(['svc', '--version'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

test.each([
  [['stauts'], /unknown command 'stauts'[\s\S]*Did you mean status\?/],
  [['stop'], /missing required argument 'task'/],
  [['stop', 'a', 'b'], /too many arguments/],
  [['stop', 'a', '--nwo'], /unknown option '--nwo'[\s\S]*Did you mean --now\?/],
  [['svc'], /Say which task/],
  [['svc', 'nil', '--start', '--stop'], /contradict each other/],
  [['svc', 'nil', '--tmp'], /--tmp goes with --run only/],
  [['log', 'nil', '--lines', 'many'], /Expected a whole number from 0 to 100000/],
  [['--config'], /argument missing/],
  [['list', '--config', '/none.ts'], /There is no \/none\.ts: --config names it/],
])('%j is wrong usage', async (args, words) => {
  const { code, out, err } = await command(args);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(words);
  const asJson = await command([...args, '--json']);
  // `--config --json` takes --json for the file's name.
  if (args[0] !== '--config')
    expect(asJson.json()).toMatchObject({ code: 2, error: expect.stringMatching(words) });
});

test.each([['start'], ['stop'], ['run'], ['trace'], ['notrace'], ['status'], ['log'], ['svc']])(
  '%s of an unknown task says so before it looks for a server',
  async (name) => {
    const { code, err } = await command(['--config', config, name, 'svcNothin']);
    expect(code).toBe(4);
    expect(err).toBe('No task is called "svcNothin". Did you mean svcNothing?\n');
  },
);

test.each([
  [['start', 'NIL']],
  [['stop', 'nil', '--now']],
  [['run', 'nil', '--wait']],
  [['trace', 'nil']],
  [['status', 'nil']],
  [['status']],
  [['log', 'nil']],
  [['svc', 'nil', '--run', '--tmp']],
  [['scheduler', 'state', '--exit-code']],
  [['apply', '--dry-run']],
])('%j without a server', async (args) => {
  const { code, out, err } = await command(['--config', config, ...args]);
  expect(code).toBe(3);
  expect(out).toBe('');
  expect(err).toContain(`no Temporal server answers at ${process.env.TEMPORAL_ADDRESS}`);
  expect(err).not.toContain('    at ');
});

test('without a server, --json gives one document', async () => {
  const { code, json } = await command(['--config', config, 'stop', 'nil', '--json']);
  expect(code).toBe(3);
  expect(json()).toEqual({ code: 3, error: expect.stringContaining('no Temporal server answers') });
});

test('the list needs no server', async () => {
  const { code, out, err } = await command(['--config', config, 'list']);
  expect(code).toBe(0);
  expect(out).toMatch(/svcNothing\s+nothing\s+1h\s+-\s+unknown\s+Does nothing\s+nil/);
  expect(err).toContain('no Temporal server answers');
});

test('a configuration with faults is told with path, value and what was expected', async () => {
  const file = path.join(root, 'bad.config.ts');
  await writeFile(file, `export default { tasks: [{ name: 'x', kind: 'nosuch', every: '1ms' }] };`);
  const { code, json } = await command(['--config', file, 'status', '--json']);
  expect(code).toBe(1);
  expect(json()).toMatchObject({
    code: 1,
    faults: [{ path: 'tasks[0].every', value: '"1ms"', message: expect.stringContaining('at least 1s') }],
  });
});
