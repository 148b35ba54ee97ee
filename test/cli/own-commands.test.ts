import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ownOptions } from '../../src/cli/control/own-options.ts';
import { command } from '../support/command.ts';
import { freePort } from '../support/ports.ts';

/** Commands that an installation brings: of its own modules, and of the kinds of its tasks. */

let root: string;
let config: string;
const environment = { ...process.env };

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'regie-own-'));
  config = path.join(root, 'regie.config.ts');
  await writeFile(
    config,
    `import { defineConfig, defineKind, defineModule, z } from 'regie';
     const kind = (name: string, more: object) => defineKind({ name, aliases: [], summary: 'Does nothing', settings: z.strictObject({}),
       every: '1h', poll: async () => ({ work: false }), work: async () => ({ outcome: 'done', counts: {}, changed: false }), ...more });
     const flush = { summary: 'empty the queue', options: { line: { value: 'name', summary: 'the line' }, hard: { summary: 'at once' } },
       run: async () => ({ text: 'flushed' }) };
     const module = defineModule({
       name: 'pipes',
       commands: (program, session) => void program.command('pipes').description('the pipes').argument('[n]')
         .action((n) => session.out.answer({ n: n ?? null }, () => 'pipe ' + n)),
     });
     const broken = defineModule({ name: 'broken', commands: () => { throw new Error('no such pipe'); } });
     export default defineConfig({
       modules: [module, broken],
       kinds: [kind('pump', { commands: { flush, list: flush }, runOptions: { day: { value: 'yyyy-mm-dd', summary: 'the day' } } }), kind('idle', {})],
       tasks: [{ name: 'svcPump', kind: 'pump' }, { name: 'svcIdle', kind: 'idle' }],
     });`,
  );
  // Nobody listens there: a port that was free a moment ago.
  process.env.TEMPORAL_ADDRESS = `127.0.0.1:${await freePort()}`;
  delete process.env.DATABASE_URL;
});
afterAll(async () => {
  process.env = environment;
  await rm(root, { recursive: true });
});

const regie = (...words: string[]) => command(['--config', config, ...words]);

test('a module has commands of its own; one that fails at it costs no other', async () => {
  const { code, out, err } = await regie('pipes', '3', '--json');
  expect([code, JSON.parse(out)]).toEqual([0, { n: '3' }]);
  expect(err).toContain('The commands of the module broken cannot be loaded: Error: no such pipe');
});

test('a command of a kind is one of regie, with its options; a built-in one keeps its name', async () => {
  const help = await regie('flush', '--help');
  expect(help.code).toBe(0);
  for (const words of ['empty the queue', '--line <name>', '--hard', '--reason <text>'])
    expect(help.out).toContain(words);
  expect(await regie('flush', 'svcpump', '--line', 'a')).toMatchObject({
    code: 3,
    err: expect.stringContaining('no Temporal server answers'),
  });
  expect(await regie('flush', 'svcIdle')).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      'svcIdle is of the kind idle, which has no command flush; it is for svcPump.',
    ),
  });
  expect((await regie('list', '--json')).out).toContain('svcPump');
});

test('regie commands lists what there is', async () => {
  const { out } = await regie('commands', '--json');
  expect(JSON.parse(out)).toEqual([
    { command: 'pipes [options] [n]', of: 'pipes', summary: 'the pipes' },
    { command: 'flush <task> --line <name> --hard --reason <text>', of: 'pump', summary: 'empty the queue' },
    { command: 'run <task> --day <yyyy-mm-dd>', of: 'pump', summary: 'day: the day' },
  ]);
});

test('a word that nobody knows is told as such; where the configuration cannot be used, that too', async () => {
  expect(await regie('flsuh', 'svcPump')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/unknown command 'flsuh'\n\(Did you mean flush\?\)/),
  });
  const broken = path.join(root, 'broken.config.ts');
  await writeFile(broken, 'export default { tasks: 5 };');
  const { code, err } = await command(['--config', broken, 'flush', 'svcPump']);
  expect(code).toBe(2);
  expect(err).toMatch(/unknown command 'flush'/);
  expect(err).toContain('The commands that the configuration adds cannot be loaded');
});

test('a run takes the options of its kind, and no others', async () => {
  expect((await regie('run', 'svcPump', '--day', '2026-11-20')).code).toBe(3);
  expect(await regie('run', 'svcPump', '--dya', '2026-11-20')).toMatchObject({
    code: 2,
    err: expect.stringContaining('svcPump takes no --dya. Did you mean --day?'),
  });
  expect(await regie('run', 'svcIdle', '--day', '2026-11-20')).toMatchObject({
    code: 2,
    err: expect.stringContaining('svcIdle takes no --day. Its kind has no options of its own.'),
  });
});

const known = { day: { value: 'yyyy-mm-dd', summary: '' }, hard: { summary: '' } };

test('options are read as they are elsewhere', () => {
  expect(ownOptions(known, ['--day', '2026-01-01', '--hard'], 't')).toEqual({
    day: '2026-01-01',
    hard: true,
  });
  expect(ownOptions(known, ['--day=2026-01-01'], 't')).toEqual({ day: '2026-01-01' });
  expect(() => ownOptions(known, ['--day'], 't')).toThrow('--day of t needs a value: --day <yyyy-mm-dd>.');
  expect(() => ownOptions(known, ['--day', '--hard'], 't')).toThrow('--day of t needs a value');
  expect(() => ownOptions(known, ['--day='], 't')).toThrow('--day of t needs a value');
  expect(() => ownOptions(known, ['--hard=yes'], 't')).toThrow('--hard of t takes no value.');
  expect(() => ownOptions(known, ['extra'], 't')).toThrow('t takes no "extra".');
  expect(() => ownOptions(known, ['--__proto__'], 't')).toThrow('t takes no --__proto__.');
});
