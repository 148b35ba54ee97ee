import type { PoolClient } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needDatabox } from '../../../src/library/model/databox.ts';
import { syncLibrary } from '../../../src/library/model/sync.ts';
import { apply } from '../../../src/temporal/schedules/apply-schedules.ts';
import { eventually, startInstallation, type TestInstallation } from '../../support/installation.ts';
import { library } from './context.ts';
import { many, put, whereabouts } from './support.ts';
import { librarySection } from '../../../src/library/library-settings.ts';

let at: TestInstallation;
let db: PoolClient;

beforeAll(async () => {
  at = await startInstallation({
    installation: 'rules-test',
    library,
    tasks: [
      {
        name: 'move',
        kind: 'recordMover',
        settings: {
          batch: 2,
          rules: [
            {
              name: 'publish',
              action: 'update',
              databox: 'Press',
              from: { collection: { compare: '=', collections: ['Inbox'] }, status: 'x1xxxx' },
              to: { collection: 'Online' },
            },
            {
              name: 'purge',
              action: 'delete',
              databox: 'Press',
              from: { date: [{ field: 'Expire', direction: 'after' }] },
            },
          ],
        },
      },
      {
        name: 'mark',
        kind: 'workflow01',
        after: 'move',
        settings: {
          databox: 'Press',
          from: { collection: 'Online', status: { bit: 4, on: true } },
          to: { status: { bit: 4, on: false } },
        },
      },
      {
        name: 'clear',
        kind: 'emptyCollection',
        settings: { databox: 'Press', collection: 'Archive', batch: 2 },
      },
    ],
  });
  db = await at.pool.connect();
  await syncLibrary(db, librarySection.of(at.config));
  // Before anything ticks: a task that finds its collection empty ends.
  await put(db, await needDatabox(db, 'Press'), many(5, { collection: 'Archive' }));
  await at.startWorker();
  for (const name of ['move', 'mark'])
    await eventually(async () => expect((await at.status(name)).state).toBe('started'));
});
afterAll(async () => {
  db.release();
  await at.close();
});

test('a mover runs on its schedule, starts the task after it, and its status shows the rule that is disabled', async () => {
  await put(db, await needDatabox(db, 'Press'), [...many(5, { status: 0b10000n }), {}]);
  await at.update('move', 'run');
  await eventually(async () =>
    expect(Object.values(await whereabouts(db)).filter((each) => !each.includes('Archive'))).toEqual([
      ...Array<string>(5).fill('Online 0'),
      'Inbox 0',
    ]),
  );
  const status = await eventually(async () => {
    const found = await at.status('move');
    expect(found.attention?.count).toBe(1);
    return found;
  });
  expect(status.lastRun).toMatchObject({ outcome: 'done', counts: { moved: 5, refused: 1 } });
  expect(status.lastRun?.note).toContain(
    'publish: 5 moved; purge: disabled: databox Press has no field "Expire"',
  );
  expect(status.attention).toMatchObject({
    latest: [{ text: expect.stringContaining('rule "purge" is disabled') }],
    how: 'regie rules test move',
  });
});

test('a collection is emptied, then the task has stopped itself; apply leaves it so', async () => {
  // Its own tick may have come before.
  await at.update('clear', 'run').catch(() => undefined);
  const status = await eventually(async () => {
    const found = await at.status('clear');
    expect(found.state).toBe('stopped');
    return found;
  });
  expect(status).toMatchObject({ by: 'itself', reason: 'collection Archive of databox Press is empty' });
  await eventually(async () =>
    expect((await at.status('clear')).lastRun).toMatchObject({ outcome: 'done', counts: { trashed: 5 } }),
  );
  expect(Object.values(await whereabouts(db)).filter((each) => each === '(trash) Archive 0')).toHaveLength(5);
  const changes = await apply(at.config, at.client);
  expect(changes.find(({ task }) => task === 'clear')).toMatchObject({ change: 'same', paused: true });
});
