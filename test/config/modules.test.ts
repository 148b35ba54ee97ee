import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkConfig } from '../../src/config/load-config.ts';
import { defineKind } from '../../src/task/kind.ts';
import { defineModule } from '../../src/module/module.ts';
import { defineSection } from '../../src/task/section.ts';

/** What an installation brings is code of users: it is checked by shape, and each fault has its place. */

const file = '/x/regie.config.ts';
const kind = (name: string, more: object = {}) => ({
  ...defineKind({
    name,
    aliases: [],
    summary: 'Does nothing',
    settings: z.strictObject({}),
    every: '1h',
    poll: async () => ({ work: false }),
    work: async () => ({ outcome: 'done' as const, counts: {}, changed: false }),
  }),
  ...more,
});
const tides = defineSection(
  'tides',
  z.strictObject({ gauges: z.array(z.string()).default([]) }).prefault({}),
);

async function faults(input: object): Promise<string> {
  const error = await checkConfig(input, file).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ConfigError' });
  return (error as Error).message;
}

test.each<[object, RegExp]>([
  [{ modules: [5] }, /modules\[0\] = 5: expected a module/],
  [{ modules: [{ name: 'Tides' }] }, /modules\[0\]\.name = "Tides": expected a lower-case word/],
  [{ modules: [{ name: 'weather' }] }, /modules\[0\]\.name = "weather": another module has this name/],
  [{ modules: [{ name: 'a' }, { name: 'a' }] }, /modules\[1\]\.name = "a": another module/],
  [{ modules: [{ name: 'a', migration: tmpdir() }] }, /modules\[0\] = "migration": not of a module/],
  [
    { modules: [{ name: 'a', migrations: './sql' }] },
    /modules\[0\]\.migrations = "\.\/sql": expected the absolute path/,
  ],
  [{ modules: [{ name: 'a', commands: {} }] }, /modules\[0\]\.commands = object: expected a function/],
  [{ modules: [{ name: 'a', sections: [5] }] }, /modules\[0\]\.sections = number: expected defineSection/],
  [
    { modules: [{ name: 'a', sections: [defineSection('weather', z.any())] }] },
    /modules\[0\]\.sections = weather: that key of the configuration is taken/,
  ],
  [{ modules: [{ name: 'a', sections: [defineSection('tasks', z.any())] }] }, /sections = tasks: that key/],
  [{ modules: [{ name: 'a', kinds: async () => 5 }] }, /modules\[0\]\.kinds: its function gave number/],
  [
    { modules: [{ name: 'a', kinds: () => Promise.reject(new Error('no such file')) }] },
    /modules\[0\]\.kinds: its function failed: no such file/,
  ],
  [
    { modules: [{ name: 'a', kinds: [kind('x', { every: 'often' })] }] },
    /modules\[0\]\.kinds\[0\]\.every = "often": expected a time span/,
  ],
  [{ kinds: [kind('loadJson')] }, /kinds\[0\]\.name = "loadJson": another kind has this name/],
  [{ kinds: [kind('task')] }, /kinds\[0\]\.name = "task": the engine uses that name/],
  [{ kinds: [kind('inspect')] }, /kinds\[0\]\.name = "inspect": the engine uses that name/],
  [{ kinds: [kind('x', { work: undefined })] }, /kinds\[0\]\.work = undefined: expected a function/],
  [{ kinds: [kind('x', { settings: {} })] }, /kinds\[0\]\.settings = object: expected a schema/],
  [
    { kinds: [kind('x', { commands: { stop: {} } })] },
    /kinds\[0\]\.commands\.stop = "stop": every task has that command/,
  ],
  [
    { kinds: [kind('x', { commands: { go: {} } })] },
    /kinds\[0\]\.commands\.go = object: expected \{ summary, run \}/,
  ],
  [
    { kinds: [kind('x', { dependsOn: ['wether'] })] },
    /kinds\[0\]\.dependsOn = "wether": there is no such section; expected some of .*weather/,
  ],
  [{ kinds: [kind('x', { atention: 5 })] }, /kinds\[0\] = "atention": not of a kind/],
  [{ kinds: [kind('x', { attention: 5 })] }, /kinds\[0\]\.attention = number: expected a function/],
  [
    { kinds: [kind('x', { runOptions: { once: { summary: '' } } })] },
    /kinds\[0\]\.runOptions = object: --once is there already/,
  ],
  [
    {
      kinds: [kind('x', { commands: { go: { summary: 'go', run: () => {}, options: { 'Foo Bar': {} } } } })],
    },
    /kinds\[0\]\.commands\.go\.options = object: "Foo Bar" is no name of an option/,
  ],
  [
    {
      kinds: [
        kind('x', {
          settings: () => {
            throw new Error('boom');
          },
        }),
      ],
      tasks: [{ name: 'svcX', kind: 'x' }],
    },
    /tasks\[0\]\.settings: the settings of the kind x failed: boom/,
  ],
  [
    { modules: [{ name: 'a', tasks: () => Promise.reject(new Error('boom')) }] },
    /modules\[0\]\.tasks: its function failed: boom/,
  ],
  [
    { modules: [defineModule({ name: 'a', sections: [tides] })], tides: { gauges: 5 } },
    /tides\.gauges = 5: .*expected array/,
  ],
])('case %#', async (input, expected) => {
  expect(await faults({ tasks: [], ...input })).toMatch(expected);
});

test('sections, kinds and settings of a module are in force; a section may depend on those before it', async () => {
  const alarms = defineSection('alarms', (before) =>
    z.record(z.enum(tides.of({ sections: before }).gauges as [string]), z.number()).default({}),
  );
  const module = defineModule({
    name: 'tide_gauges',
    sections: async () => [tides, alarms] as const,
    kinds: [
      kind('readTides', {
        settings: (sections: never) =>
          z.strictObject({ gauge: z.enum(tides.of({ sections }).gauges as [string]) }),
      }),
    ],
  });
  const input = (change: object) => ({
    modules: [module],
    tides: { gauges: ['PORT'] },
    tasks: [{ name: 'svcTides', kind: 'readTides', settings: { gauge: 'PORT' } }],
    ...change,
  });
  const config = await checkConfig(input({ alarms: { PORT: 2 } }), file);
  expect(config.tasks).toMatchObject([{ name: 'svcTides', settings: { gauge: 'PORT' } }]);
  expect(tides.of(config)).toEqual({ gauges: ['PORT'] });
  expect(await faults(input({ alarms: { BAY: 2 } }))).toMatch(/alarms.*BAY/s);
  expect(await faults(input({ tides: { gauges: ['BAY'] } }))).toMatch(/tasks\[0\]\.settings\.gauge = "PORT"/);
});

test('the settings of a task have changed when a section has that its kind depends on, and no other', async () => {
  const hashes = async (weather: object, library: object) => {
    const tasks = [
      { name: 'load', kind: 'loadJson' },
      { name: 'own', kind: 'own' },
      {
        name: 'move',
        kind: 'workflow01',
        settings: { databox: 'p', from: { collection: 'a' }, to: { collection: 'b' } },
      },
    ];
    const config = await checkConfig({ kinds: [kind('own')], weather, library, tasks }, file);
    return config.tasks.map(({ hash }) => hash);
  };
  const [load, own, move] = await hashes({}, {});
  expect(await hashes({ stations: { A: {} } }, {})).toEqual([expect.not.stringContaining(load!), own, move]);
  expect(await hashes({}, { storage: 'elsewhere' })).toEqual([load, own, expect.not.stringContaining(move!)]);
});

test('the value that is told is what the configuration says, not the inside of an object that it names', async () => {
  const odd = defineKind({ ...kind('odd'), settings: z.strictObject({ how: z.string() }) as never });
  const given = { how: { schema: z.string(), at: [new Map()] } };
  expect(
    await faults({ kinds: [odd], tasks: [{ name: 'svcOdd', kind: 'odd', settings: given as never }] }),
  ).toContain('tasks[0].settings.how = {"schema":"ZodString","at":["Map"]}: ');
});
