import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { carryOutClose, retryIncident } from '../../src/incidents/decide.ts';
import { readCurrent, readIncidents, unresolved } from '../../src/incidents/read-incidents.ts';
import { openIncidents } from '../../src/incidents/write-incidents.ts';
import { archive } from '../../src/library/archive/archive-kind.ts';
import { archiveSettings } from '../../src/library/archive/archive-settings.ts';
import { openPool } from '../../src/store/connection.ts';
import type { Config } from '../../src/task/config.ts';
import type { Incident } from '../../src/task/incident.ts';
import { bareConfig } from '../support/bare-config.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { taskOf } from '../support/task-of.ts';

const root = mkdtempSync(path.join(tmpdir(), 'regie-test-incidents-'));
const hotfolder = path.join(root, 'hot');
const aside = path.join(root, '_error');
const settings = archiveSettings.parse({ databox: 'd', collection: 'c', hotfolder: 'hot' });
const config: Config = { ...bareConfig(root), tasks: [taskOf(archive, 'hot', settings)] };

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
  rmSync(root, { recursive: true });
});

const read = async (id: string) => (await readIncidents(db, { ids: [id] }, 1))[0]!;

async function incident(subject: string, kept?: string, task = 'hot'): Promise<Incident> {
  const problem = { subject, what: 'unmatched', reason: 'no rule takes it', kept };
  const [written] = await openIncidents(db, { task, kind: 'archive' }, [problem]);
  return read(written!.id);
}

function putAside(subject: string): string {
  const kept = path.join(aside, subject);
  mkdirSync(path.dirname(kept), { recursive: true });
  writeFileSync(kept, subject);
  writeFileSync(`${kept}.error.json`, '{}');
  return kept;
}

const retry = (each: Incident) => retryIncident(db, config, each, 'me@here');

test('a file that was moved aside goes back to its place, its reason goes', async () => {
  const kept = putAside('sub/a.txt');
  const open = await incident('sub/a.txt', kept);
  expect(open).toMatchObject({ state: 'open', kept, mend: `regie incidents retry ${open.id}` });
  expect((await retry(open)).text).toContain('the next run of hot');
  expect(readFileSync(path.join(hotfolder, 'sub/a.txt'), 'utf8')).toBe('sub/a.txt');
  expect([existsSync(kept), existsSync(`${kept}.error.json`)]).toEqual([false, false]);
  const now = await read(open.id);
  expect(now.state).toBe('retrying');
  expect([now.kept, now.notBefore]).toEqual([undefined, undefined]);
  // Cut off after the move: the incident still says where the file was.
  await retry(open);
});

test('a file in the way is not overwritten, and the incident stays', async () => {
  const kept = putAside('b.txt');
  writeFileSync(path.join(hotfolder, 'b.txt'), 'another');
  const open = await incident('b.txt', kept);
  await expect(retry(open)).rejects.toThrow(/b\.txt is there; move one/);
  expect([existsSync(kept), readFileSync(path.join(hotfolder, 'b.txt'), 'utf8')]).toEqual([true, 'another']);
  expect(await read(open.id)).toMatchObject({ state: 'open', kept });
});

test('without its file, or without its task, it says what to do', async () => {
  await expect(retry(await incident('c.txt', path.join(aside, 'c.txt')))).rejects.toThrow(
    /regie incidents close/,
  );
  await expect(retry(await incident('c.txt', undefined, 'gone'))).rejects.toThrow(/no task gone/);
});

test('a closed one is neither listed nor decided again; its file stays, and runs know of it', async () => {
  const kept = putAside('d.txt');
  const open = await incident('d.txt', kept);
  await carryOutClose(db, config, open, 'me@here', 'not ours');
  const now = await read(open.id);
  expect(now).toMatchObject({ state: 'resolved', closedBy: 'me@here', note: 'not ours' });
  expect(existsSync(kept)).toBe(true);
  await expect(retry(now)).rejects.toThrow(/resolved already, by me@here/);
  const ids = (await readIncidents(db, { states: unresolved }, 100)).map(({ id }) => id);
  expect(ids).not.toContain(open.id);
  expect((await readIncidents(db, { task: 'hot' }, 100)).map(({ id }) => id)).toContain(open.id);
  expect((await readCurrent(db, 'hot')).get('d.txt')).toMatchObject({ muted: true });
});
