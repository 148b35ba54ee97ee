import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPeriods } from '../../../src/exports/ledger/periods.ts';
import { controlId } from '../../../src/task/names.ts';
import { eventually, startInstallation, type TestInstallation } from '../../support/installation.ts';
import { cards } from '../run/support.ts';

/** Exports on a real server: their schedules, backfills by the `temporal` CLI, commands by signal and update, a broken module beside them. */

let modules: string;
let at: TestInstallation;
const out = () => readdirSync(path.join(modules, 'out')).sort();

beforeAll(async () => {
  modules = mkdtempSync(path.join(tmpdir(), 'regie-test-exports-'));
  mkdirSync(path.join(modules, 'out'));
  const write = (name: string, text: string) => {
    writeFileSync(path.join(modules, `${name}.ts`), text);
    return path.join(modules, `${name}.ts`);
  };
  at = await startInstallation({
    installation: 'exports-test',
    destinations: { out: { type: 'directory', folder: path.join(modules, 'out') } },
    exports: {
      canal: [
        write('cards', cards()),
        write('held', cards('', "hold('look at it')").replace("'cards_", "'held_")),
        write('broken', 'export default class {'),
        write(
          'ending',
          cards()
            .replace('timezone:', "period: 'operation', timezone:")
            .replace('cards_{yyyy}{MM}{dd}', 'end_{segment}'),
        ),
        // Due now, whatever the hour; again each minute until it succeeds.
        write(
          'minute',
          cards()
            .replace(
              "timezone: 'Africa/Dakar'",
              `hours: ${JSON.stringify([...Array(24).keys()])}, retryEvery: '1 minute'`,
            )
            .replace("'cards_", "'minute_"),
        ),
      ],
    },
  });
  await at.startWorker();
  await eventually(async () => expect((await at.status('cards')).state).toBe('started'));
}, 120_000);
afterAll(async () => {
  await at.close();
  rmSync(modules, { recursive: true });
});

const states = async (task: string) =>
  (await readPeriods(at.pool, task)).map(({ key, state }) => `${key} ${state}`);

test('the schedule has the hours and the zone; it reaches no further than a tick', async () => {
  const { spec, policies } = await at.client.schedule.getHandle('cards').describe();
  expect(spec).toMatchObject({ timezone: 'Africa/Dakar' });
  expect(spec.calendars).toMatchObject(
    [{ hour: [{ start: 4, end: 7 }], minute: [{ start: 0, end: 0 }] }].map(() => ({})),
  );
  expect(policies.catchupWindow).toBe(3_600_000);
  expect((await at.client.schedule.getHandle('ending').describe()).spec.calendars ?? []).toEqual([]);
});

test('a backfill by the temporal CLI makes each day once', async () => {
  await at.temporal(
    'schedule',
    'backfill',
    '--schedule-id',
    'cards',
    '--overlap-policy',
    'BufferAll',
    '--start-time',
    '2026-03-02T00:00:00Z',
    '--end-time',
    '2026-03-04T23:00:00Z',
  );
  await eventually(
    async () =>
      expect(await states('cards')).toEqual([
        '2026-03-02 delivered',
        '2026-03-03 delivered',
        '2026-03-04 delivered',
      ]),
    60_000,
  );
  await eventually(
    async () =>
      expect((await at.client.schedule.getHandle('cards').describe()).info.runningActions).toEqual([]),
    60_000,
  );
  expect(out().filter((name) => name.startsWith('cards'))).toEqual([
    'cards_20260302.csv',
    'cards_20260303.csv',
    'cards_20260304.csv',
  ]);
}, 150_000);

test('a trigger makes the day of the trigger, and a second one nothing', async () => {
  await at.temporal('schedule', 'trigger', '--schedule-id', 'ending');
  const before = await states('held');
  await at.temporal('schedule', 'trigger', '--schedule-id', 'held');
  await eventually(async () => expect(await states('held')).toHaveLength(before.length + 1));
  const today = new Date().toISOString().slice(0, 10);
  await eventually(async () => expect(await states('held')).toEqual([`${today} held`]));
  await eventually(async () => expect((await at.status('held')).running).toBe(false));
  await at.temporal('schedule', 'trigger', '--schedule-id', 'held');
  await eventually(async () => expect((await at.status('held')).attention).toMatchObject({ count: 1 }));
  expect(await states('held')).toEqual([`${today} held`]);
  expect(await states('ending')).toEqual([]);
});

test('release is an update of the control workflow, and what does not fit is refused in words', async () => {
  const control = at.client.workflow.getHandle(controlId('held'));
  await eventually(async () => expect(await states('held')).toHaveLength(1));
  await control.executeUpdate('release', { args: [{ by: 'me@here', reason: 'fine' }] });
  await eventually(async () => expect((await states('held'))[0]).toMatch(/delivered$/));
  expect(out().filter((name) => name.startsWith('held'))).toHaveLength(1);
  const refused = await control
    .executeUpdate('release', { args: [{ by: 'me@here' }] })
    .catch((error: Error) => error.cause);
  expect(refused).toMatchObject({ type: 'CommandRejected', message: 'nothing of it is held' });
  await eventually(async () => expect((await at.status('held')).attention).toMatchObject({ count: 0 }));
  expect((await at.log('held')).join('\n')).toMatch(/release by me@here: \S+ is released/);
});

test('run takes a day or an operation with it, by signal too; each once', async () => {
  await at.update('cards', 'run', { day: '2026-03-10', by: 'me@here' });
  await at.signal('cards', 'run', { day: '2026-03-11', by: 'me@here' });
  await eventually(async () =>
    expect(await states('cards')).toEqual(
      expect.arrayContaining(['2026-03-10 delivered', '2026-03-11 delivered']),
    ),
  );
  await at.signal('ending', 'run', { operation: 'S12' });
  await eventually(async () => expect(await states('ending')).toEqual(['S12 delivered']));
  expect(out()).toContain('end_S12.csv');
  const again = await at.update('ending', 'run', { operation: 'S12' }).catch((error: Error) => error.cause);
  expect(again).toMatchObject({
    type: 'CommandRejected',
    message: expect.stringMatching(/^S12 was delivered/) as string,
  });
});

test('a broken module fails its own runs by name, and stops nothing else', async () => {
  await at.temporal('schedule', 'trigger', '--schedule-id', 'broken');
  const { lastRun } = await eventually(async () => {
    const status = await at.status('broken');
    expect(status.lastRun?.outcome).toBe('failed');
    return status;
  });
  expect(lastRun?.error).toMatch(/the export broken cannot be loaded: .*broken\.ts/);
  writeFileSync(path.join(modules, 'broken.ts'), cards().replace("'cards_", "'mended_"));
  await at.update('broken', 'run', { day: '2026-03-10' });
  await eventually(async () => expect(await states('broken')).toContain('2026-03-10 delivered'));
});

test('it ticks by itself in its hours', async () => {
  const today = () => new Date().toISOString().slice(0, 10);
  const day = today();
  // A minute at most; one more when the day changes meanwhile.
  await eventually(async () => expect(await states('minute')).toContain(`${today()} delivered`), 130_000);
  expect(readFileSync(path.join(modules, 'out', `minute_${day.replaceAll('-', '')}.csv`), 'utf8')).toContain(
    day,
  );
}, 150_000);
