import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';

/** Commands that a kind brings, which are code of users: one that fails is told, and holds up no other. */

let tries = 0;
let at: TestInstallation;

beforeAll(async () => {
  const kind = {
    ...probeKind('probe', newProbe()),
    commands: {
      greet: {
        summary: 'greet',
        run: async (_: unknown, { who }: { who?: unknown }) => ({ text: `hello ${String(who)}` }),
      },
      boom: {
        summary: 'fail',
        run: async () => {
          tries += 1;
          throw new Error('command boom');
        },
      },
      mute: { summary: 'say nothing', run: async () => undefined as never },
    },
  };
  at = await startInstallation({
    installation: 'own-commands-test',
    kinds: [kind],
    tasks: [{ name: 'svcProbe', kind: 'probe' }],
  });
  await at.startWorker();
  await eventually(async () => expect((await at.status('svcProbe')).state).toBe('started'));
});
afterAll(() => at.close());

const sendCommand = (name: string, args: Record<string, unknown> = {}) =>
  at.update('svcProbe', name as 'run', args);

test('one that fails is tried once, told, and over', async () => {
  await expect(sendCommand('boom')).rejects.toMatchObject({
    cause: { message: expect.stringContaining('boom could not be carried out: command boom') },
  });
  expect(tries).toBe(1);
  await expect(sendCommand('mute')).rejects.toMatchObject({
    cause: { message: expect.stringContaining('the kind probe: its command mute gave no text') },
  });
  // The next one is carried out.
  expect(await sendCommand('greet', { who: 'you' })).toMatchObject({ state: 'started' });
  const log = await at.log('svcProbe');
  expect(log.some((line) => line.includes('command boom'))).toBe(true);
  expect(log.at(-1)).toContain('hello you');
});
