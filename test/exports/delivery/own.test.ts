import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkConfig, loadConfig } from '../../../src/config/load-config.ts';
import { defineConfig } from '../../../src/config/define.ts';
import {
  DeliveryFailed,
  type Channel,
  type RecipientOutcome,
} from '../../../src/exports/delivery/delivery-channel.ts';
import { openChannel } from '../../../src/exports/delivery/open-destination.ts';
import { defineDestinationType } from '../../../src/exports/delivery/destination.ts';
import { destinationsSection } from '../../../src/exports/export-settings.ts';
import { makeOutgoingFile, makeRequest, temporaryFolder } from './support/outgoing-file.ts';
import { openDestination } from './support/open.ts';

/** What becomes of types of destinations that are a user's code. */

const never = new AbortController().signal;

/** A destination whose channel does what a test says. */
function chat(channel: Partial<Record<keyof Channel, unknown>>, more: object = {}) {
  const type = defineDestinationType({
    name: 'chat',
    settings: z.strictObject({ room: z.string().min(1), mentions: z.array(z.string()).default([]) }),
    overrides: { room: z.string().startsWith('#', { error: 'expected a room, such as "#canal"' }) },
    silenceTimeout: 50,
    open: ({ room, mentions }) =>
      ({ recipients: () => [room, ...mentions], ...channel }) as unknown as Channel,
    ...more,
  });
  return { type, room: '#all' };
}

/** Sends once, with a checkpoint that the ledger takes. */
async function outcomesOf(send: Channel['send'], more: object = {}) {
  const open = openDestination({ ...chat({ send }, more), mentions: ['anne'] });
  const request = makeRequest(makeOutgoingFile(), open.recipients());
  return { outcomes: Object.fromEntries(await open.send(request)), checkpoints: request.checkpoints };
}

const both = (outcome: unknown) => ({ '#all': outcome, anne: outcome });

test('its settings are checked, and an export changes what the type lets it', () => {
  const send = async (): Promise<RecipientOutcome> => ({ state: 'delivered' });
  const open = (override: object) => openDestination(chat({ send }), { to: 'reports', ...override });
  expect(open({}).recipients()).toEqual(['#all']);
  expect(open({ with: { room: '#canal' } }).recipients()).toEqual(['#canal']);
  expect(() => open({ with: { room: 'canal' } })).toThrow(
    'deliver to reports: room is "canal"; expected a room, such as "#canal"',
  );
  expect(() => open({ folder: 'x' })).toThrow(
    'deliver to reports: folder is "x"; expected of a chat no more than room',
  );
  expect(() => open({ with: { constructor: 'x' } })).toThrow('expected of a chat no more than room');
});

test('a configuration with one is checked as any other', async () => {
  const { type } = chat({ send: async () => ({ state: 'delivered' }) });
  const load = (destinations: object) =>
    checkConfig(defineConfig({ tasks: [], destinations: destinations as never }), '/srv/regie.config.ts');
  const config = await load({ team: { type, room: '#team' }, share: { type: 'directory', folder: 'x' } });
  expect(destinationsSection.of(config)).toEqual({
    team: { type, room: '#team', mentions: [] },
    share: { type: 'directory', folder: 'x' },
  });
  for (const [bad, words] of [
    [{ type, room: '' }, 'destinations.team.room = "": '],
    [{ type, room: '#x', rom: '#x' }, 'Unrecognized key: "rom"'],
    [{ type: { ...type, name: 'mail' } }, 'the name mail is that of a built-in type; expected define'],
    [{ type: { ...type, name: 'a b' } }, 'its name is no word'],
    [{ type: { ...type, settings: {} } }, 'chat has no settings: z.strictObject'],
    [{ type: { ...type, open: 'it' } }, 'chat has no function open'],
    [{ type: { ...type, isPermanent: 1 } }, 'chat has no function isPermanent'],
    [
      { type: { ...type, silenceTimeout: 'long' } },
      'the silenceTimeout of chat is no number of milliseconds',
    ],
    [{ type: { ...type, overrides: { room: 1 } } }, 'the overrides of chat are no schemas by name'],
    [{ type: 'pigeon' }, "expected 'mail', 'ftp', 'sftp' or 'directory', or a type of your own"],
    [{ room: 'x' }, "destinations.team.type: expected 'mail'"],
    ['#team', "expected settings, such as { type: 'mail', … }"],
    [
      {
        type: {
          ...type,
          settings: z.object({}).refine(() => {
            throw new Error('oh');
          }),
        },
      },
      'the settings of chat cannot be checked: oh',
    ],
  ] as const)
    await expect(load({ team: bad })).rejects.toThrow(words);
});

test('a type that gives no channel is named before anything is sent', () => {
  const open = (type: object) => () => openDestination({ ...chat({}, type) });
  const fail = () => {
    throw new Error('no such room');
  };
  expect(open({ open: fail })).toThrow('the type of destination chat: open threw: no such room');
  for (const given of [undefined, 7, Promise.resolve({}), { recipients: () => ['a'] }])
    expect(open({ open: () => given })).toThrow('the type of destination chat: open gave no channel');
  const send = () => undefined;
  expect(open({ open: () => ({ send, recipients: fail }) })).toThrow('recipients threw: no such room');
  for (const given of [[], 'a', [''], [7], ['a\0b'], ['x'.repeat(2_000)], undefined])
    expect(open({ open: () => ({ send, recipients: () => given }) })).toThrow(
      'recipients gave no list of names',
    );
});

test('one outcome is everybody’s but those that were settled before', async () => {
  const { outcomes, checkpoints } = await outcomesOf(async ({ report, checkpoint, progress }) => {
    await checkpoint();
    progress(3);
    report('anne', { state: 'failed', error: 'has left', permanent: true });
    report('bob', { state: 'delivered' });
    return { state: 'delivered', note: 'message 17' };
  });
  expect(outcomes).toEqual({
    '#all': { state: 'delivered', note: 'message 17' },
    anne: { state: 'failed', error: 'has left', permanent: true },
  });
  expect(checkpoints).toBe(1);
});

test('what it throws has failed before the checkpoint, and is unknown after it unless it is certain', async () => {
  const throwing = async (error: Error, pass: boolean, more?: object) => {
    const { outcomes } = await outcomesOf(async ({ checkpoint }) => {
      if (pass) await checkpoint();
      throw error;
    }, more);
    return outcomes;
  };
  const away = new Error('it is away');
  expect(await throwing(away, false)).toEqual(
    both({ state: 'failed', error: 'it is away', permanent: false }),
  );
  expect(await throwing(away, true)).toEqual(both({ state: 'unknown', error: 'it is away' }));
  expect(await throwing(away, false, { isPermanent: () => true })).toMatchObject(both({ permanent: true }));
  expect(await throwing(away, false, { isPermanent: () => 'no' })).toMatchObject(both({ permanent: false }));
  expect(
    await throwing(away, false, {
      isPermanent: () => {
        throw new Error('what?');
      },
    }),
  ).toMatchObject(both({ state: 'failed', error: 'it is away', permanent: false }));
  for (const pass of [false, true])
    expect(await throwing(new DeliveryFailed('no room', { permanent: true }), pass)).toEqual(
      both({ state: 'failed', error: 'no room', permanent: true }),
    );
});

test.each([
  undefined,
  null,
  true,
  new Map([['#all', { state: 'delivered' }]]),
  { state: 'sent' },
  { state: 'failed' },
  { state: 'unknown', error: 7 },
])('%s is no outcome', async (nonsense) => {
  const sent = (pass: boolean) =>
    outcomesOf(async ({ checkpoint }) => {
      if (pass) await checkpoint();
      return nonsense as never;
    });
  const error = expect.stringMatching(/^chat gave .* as the outcome; expected \{ state: 'delivered' \}/);
  expect((await sent(false)).outcomes).toEqual(both({ state: 'failed', error, permanent: false }));
  expect((await sent(true)).outcomes).toEqual(both({ state: 'unknown', error }));
});

test('texts are such as the ledger can keep', async () => {
  const long = `a\0${'x'.repeat(9_999)}`;
  const { outcomes } = await outcomesOf(async () => ({ state: 'failed', error: long, permanent: true }));
  expect(outcomes['anne']).toMatchObject({ error: expect.stringMatching(/^a x{1997}…$/) });
});

test('one that hangs is given up, and cannot pass the checkpoint after that', async () => {
  let late: unknown;
  const tryLater = async (checkpoint: () => Promise<void>) => {
    await sleep(150);
    late = await checkpoint().then(
      () => 'passed',
      (error: Error) => error.message,
    );
  };
  let aborted = false;
  const { outcomes, checkpoints } = await outcomesOf(({ checkpoint, signal }) => {
    signal.addEventListener('abort', () => (aborted = true));
    void tryLater(checkpoint);
    return new Promise(() => undefined);
  });
  const error = 'it was given up: it was silent for 0.05 s';
  expect(outcomes).toEqual(both({ state: 'failed', error, permanent: false }));
  expect(aborted).toBe(true);
  await expect.poll(() => late).toBe('it comes too late: the channel was given up');
  expect(checkpoints).toBe(0);

  const after = await outcomesOf(async ({ checkpoint }) => {
    await checkpoint();
    return new Promise(() => undefined);
  });
  expect(after).toEqual({ outcomes: both({ state: 'unknown', error }), checkpoints: 1 });
});

test('one that tells how far it is may take its time, and a slow ledger is not its fault', async () => {
  const open = openDestination(
    chat({
      send: async ({ progress, checkpoint }: Parameters<Channel['send']>[0]) => {
        for (let i = 0; i < 10; i++) {
          await sleep(20);
          progress(i);
        }
        await checkpoint();
        return { state: 'delivered' };
      },
    }),
  );
  const outcomes = await open.send(makeRequest(makeOutgoingFile(), ['#all'], () => sleep(150)));
  expect(outcomes.get('#all')).toEqual({ state: 'delivered' });
});

test('one that goes on when its run is cancelled is left behind', async () => {
  const stopped = new AbortController();
  const open = openDestination(
    chat({ send: () => new Promise(() => undefined) }, { silenceTimeout: 3_600_000 }),
  );
  const sending = open.send(makeRequest(makeOutgoingFile(), ['#all'], undefined, stopped.signal));
  setTimeout(() => stopped.abort(new Error('stopped')), 20);
  await expect(sending).rejects.toThrow('stopped');
}, 30_000);

test('without the checkpoint nothing is believed of it', async () => {
  const refuse = () => Promise.reject(new Error('the lock is lost'));
  const heedless = openDestination(
    chat({
      send: async ({ checkpoint }: Parameters<Channel['send']>[0]) => {
        await checkpoint().catch(() => undefined);
        return { state: 'delivered' };
      },
    }),
  );
  const outcomes = await heedless.send(makeRequest(makeOutgoingFile(), ['#all'], refuse));
  expect(outcomes.get('#all')).toEqual({
    state: 'unknown',
    error: 'chat has sent though the checkpoint was refused',
  });
});

test('it never sees a file that is not the ledger’s', async () => {
  const outgoing = makeOutgoingFile();
  writeFileSync(outgoing.path, 'changed');
  let asked = false;
  const open = openDestination(chat({ send: async () => (asked = true) }));
  const outcomes = await open.send(makeRequest(outgoing, ['#all']));
  expect(outcomes.get('#all')).toMatchObject({ state: 'failed', permanent: true });
  expect(asked).toBe(false);
});

test('a look-up that throws, hangs or talks nonsense tells nothing', async () => {
  const look = (verifyArrival: unknown) =>
    openDestination(chat({ send: () => undefined, verifyArrival })).verifyArrival(makeOutgoingFile(), never);
  expect(await look(async () => 'absent')).toBe('absent');
  expect(await look(() => undefined)).toBeUndefined();
  expect(await look(undefined)).toBeUndefined();
  await expect(look(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  await expect(look(async () => 'perhaps')).rejects.toThrow('chat: verifyArrival gave "perhaps"; expected');
  await expect(look(() => new Promise(() => undefined))).rejects.toThrow('it was silent for 0.05 s');
});

test('one of regie.config.ts, whose classes are its own, can be certain too', async () => {
  const file = path.join(temporaryFolder(), 'regie.config.ts');
  writeFileSync(
    file,
    `import { defineConfig, defineDestinationType, DeliveryFailed, z } from 'regie';
const wall = defineDestinationType({
  name: 'wall',
  settings: z.strictObject({}),
  open: () => ({
    recipients: () => ['the wall'],
    async send({ checkpoint }) {
      await checkpoint();
      throw new DeliveryFailed('it is full', { permanent: true });
    },
  }),
});
export default defineConfig({ tasks: [], destinations: { wall: { type: wall } } });
`,
  );
  const { wall } = destinationsSection.of(await loadConfig({ file }));
  const open = openChannel(wall!, { root: '/', override: { to: 'wall' } });
  const outcomes = await open.send(makeRequest(makeOutgoingFile(), open.recipients()));
  expect(outcomes.get('the wall')).toEqual({ state: 'failed', error: 'it is full', permanent: true });
});

test('the settings of one are in the hash of an export, as others are', async () => {
  const send = async (): Promise<RecipientOutcome> => ({ state: 'delivered' });
  const hashOf = async (room: string) => {
    const destinations = { team: { ...chat({ send }), room } };
    const input = defineConfig({ exports: ['./cards.ts'], destinations });
    return (await checkConfig(input, '/srv/regie.config.ts')).tasks[0]!.hash;
  };
  expect(await hashOf('#a')).toBe(await hashOf('#a'));
  expect(await hashOf('#b')).not.toBe(await hashOf('#a'));
});
