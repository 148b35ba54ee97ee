import type { PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { closeIncident } from '../../src/incidents/decide-incident.ts';
import { attentionOf } from '../../src/incidents/open-incidents.ts';
import { readCurrent, readIncidents } from '../../src/incidents/read-incidents.ts';
import {
  openIncidents,
  pruneIncidents,
  resolveIncidents,
  retryLater,
} from '../../src/incidents/write-incidents.ts';
import { openPool } from '../../src/store/connection.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let pool: ReturnType<typeof openPool>;
let db: PoolClient;
beforeAll(async () => {
  database = await freshDatabase();
  pool = openPool(database.url);
  db = await pool.connect();
});
afterAll(async () => {
  db.release();
  await pool.end();
  await database.drop();
});
beforeEach(() => db.query('truncate regie.incident restart identity'));

const reporter = { task: 'load', kind: 'loadJson', run: 'run/load-1' };
const problem = (subject: string, reason = 'it is broken') => ({ subject, what: 'broken', reason });
const all = () => readIncidents(db, {}, 100);
const minutes = async () => {
  const { rows } = await db.query<{ m: number | null }>(
    'select round(extract(epoch from not_before - clock_timestamp()) / 60)::int as m from regie.incident',
  );
  return rows[0]!.m;
};

test('work that fails is tried again after 1, 5, 30, 120 and 720 minutes, then it is given up', async () => {
  const seen = [];
  for (let n = 1; n <= 7; n += 1) {
    const [written] = await retryLater(db, reporter, [problem('a', `try ${n}`)]);
    seen.push([written!.id, written!.state, await minutes()]);
  }
  const retrying = [1, 5, 30, 120, 720].map((m) => ['1', 'retrying', m]);
  expect(seen).toEqual([...retrying, ['1', 'given up', null], ['1', 'given up', null]]);
  expect(await all()).toMatchObject([{ id: '1', attempts: 7, reason: 'try 7', state: 'given up' }]);
});

test('what is never given up is tried at its longest pause for ever, and may begin late', async () => {
  const found = [];
  for (let n = 0; n < 5; n += 1) {
    await retryLater(db, reporter, [problem('a')], { first: 2, last: 3 });
    found.push(await minutes());
  }
  expect(found).toEqual([5, 30, 30, 30, 30]);
});

test('one incident a subject: met again it is counted, resolved it is told anew', async () => {
  await openIncidents(db, reporter, [problem('a'), problem('b'), problem('a', 'another reason')]);
  await openIncidents(db, reporter, [problem('a', 'once more')]);
  await openIncidents(db, { ...reporter, task: 'other' }, [problem('a')]);
  expect((await all()).map(({ task, subject, attempts }) => `${task} ${subject} ${attempts}`).sort()).toEqual(
    ['load a 2', 'load b 1', 'other a 1'],
  );
  await resolveIncidents(db, 'load', ['a', 'nobody']);
  await openIncidents(db, reporter, [problem('a')]);
  expect(
    (await readIncidents(db, { task: 'LOAD', states: ['open'] }, 9)).map((each) => each.attempts),
  ).toEqual([1, 1]);
});

test('it goes with the transaction that it is about', async () => {
  await db.query('begin');
  await openIncidents(db, reporter, [problem('a')]);
  await db.query('rollback');
  expect(await all()).toEqual([]);
});

test('texts that PostgreSQL does not take are cleaned, long ones cut', async () => {
  await openIncidents(db, reporter, [problem('a\0\ud800b', 'x'.repeat(10_000))]);
  const [found] = await all();
  expect(found!.subject).toBe('a\ufffd\ufffdb');
  expect(found!.reason).toHaveLength(4_000);
});

test('one that an operator closes stays known while its fault is there; mended, it is told anew', async () => {
  await openIncidents(db, reporter, [problem('a')]);
  await closeIncident(db, '1', { by: 'me@here', note: 'known' });
  expect((await readCurrent(db, 'load')).get('a')).toMatchObject({ state: 'resolved', muted: true });
  await resolveIncidents(db, 'load', ['a']);
  expect(await readCurrent(db, 'load')).toEqual(new Map());
  expect(await all()).toMatchObject([{ closedBy: 'me@here', note: 'known' }]);
});

test('resolved ones are forgotten after a while, those that stand never', async () => {
  await openIncidents(
    db,
    reporter,
    ['open', 'resolved', 'closed', 'old'].map((each) => problem(each)),
  );
  await resolveIncidents(db, 'load', ['resolved', 'old']);
  await closeIncident(db, '3', { by: 'me@here' });
  await db.query(
    "update regie.incident set last_at = now() - interval '40 days', closed_at = closed_at - interval '40 days' where subject <> 'resolved'",
  );
  await pruneIncidents(db, 30 * 86_400_000);
  expect((await all()).map(({ subject }) => subject).sort()).toEqual(['closed', 'open', 'resolved']);
});

test('the latest are what there is to look at, with those of other tables', async () => {
  await openIncidents(db, reporter, [problem('a'), problem('b', 'b cannot be read')]);
  const other = { at: new Date(Date.now() + 60_000), text: 'quarantine 5: c.jpg' };
  expect(await attentionOf(db, 'load', [other], 7)).toMatchObject({
    count: 9,
    latest: [
      { text: 'quarantine 5: c.jpg' },
      { text: '2: b cannot be read' },
      { text: '1: a: it is broken' },
    ],
    how: expect.stringContaining('regie incidents --task load'),
  });
});
