import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, beforeAll, expect, test } from 'vitest';
import { openIncidents, retryLater } from '../../src/incidents/write-incidents.ts';
import { transition } from '../../src/exports/ledger/periods.ts';
import { cards, openLedger, type LedgerAtWork } from '../exports/run/support.ts';
import { commandInstallation, type CommandInstallation } from '../support/command-installation.ts';

/** `regie incidents`: one of each origin, in one list; tried again and closed, one by one and in bulk. No server is there. */

let ledger: LedgerAtWork;
let at: CommandInstallation;
const regie = (...args: string[]) => at.regie('incidents', ...args);

beforeAll(async () => {
  ledger = await openLedger({ cards: cards() });
  for (const day of ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'])
    await ledger.run({ now: `${day}T04:00:00Z` });
  at = commandInstallation(
    ledger.url,
    `{ installation: 'test',
       destinations: { out: { type: 'directory', folder: ${JSON.stringify(path.join(ledger.root, 'out'))} } },
       exports: { canal: [${JSON.stringify(path.join(ledger.root, 'exports/cards.ts'))}] },
       tasks: [
         { name: 'load', kind: 'loadJson' },
         { name: 'hot', kind: 'archive', settings: { databox: 'd', collection: 'c', hotfolder: 'hot' } },
         { name: 'drop', kind: 'batchUpload', settings: { databox: 'd', user: 'ann' } },
         { name: 'pull', kind: 'ftpPull', settings: { host: 'ftp.example.org', user: 'ann', password: 'env:X', localPath: 'in' } },
         { name: 'mover', kind: 'recordMover', settings: { rules: [{ name: 'expired', databox: 'd', from: { status: '1xxxx' }, action: 'update', to: { status: 'x0xxxx' } }] } },
       ] }`,
  );
});
afterAll(async () => {
  at.remove();
  await ledger.close();
});

const failed = () => path.join(at.root, 'data/weather/failed/unknown');

beforeEach(async () => {
  const { db } = ledger;
  await db.query('truncate regie.incident restart identity');
  await db.query(
    'delete from library.quarantine; delete from library.rule_refusal; delete from library.collection; delete from library.databox',
  );
  mkdirSync(failed(), { recursive: true });
  writeFileSync(path.join(failed(), 'broken.json'), '[');
  writeFileSync(path.join(failed(), 'broken.json.error.json'), '{}');
  await openIncidents(db, { task: 'load', kind: 'loadJson' }, [
    {
      subject: 'data/weather/failed/unknown/broken.json',
      what: 'broken-json',
      reason: 'not JSON',
      details: { file: 1, station: null },
    },
    {
      subject: 'data/weather/archive/a.json',
      what: 'items-refused',
      reason: '1 of 2 refused',
      mend: 'regie incidents close {id}',
      details: { file: 2, station: 'S1' },
    },
  ]);
  mkdirSync(path.join(at.root, '_error'), { recursive: true });
  writeFileSync(path.join(at.root, '_error/x.jpg'), 'x');
  await openIncidents(db, { task: 'hot', kind: 'archive' }, [
    {
      subject: 'x.jpg',
      what: 'unmatched',
      reason: 'no rule takes it',
      kept: path.join(at.root, '_error/x.jpg'),
    },
  ]);
  await openIncidents(db, { task: 'drop', kind: 'batchUpload' }, [
    { subject: 'wedding', what: 'failed-files', reason: '1 of 3 files failed' },
  ]);
  await retryLater(db, { task: 'pull', kind: 'ftpPull' }, [
    { subject: 'ann@ftp.example.org:21/', what: 'server', reason: 'ftp.example.org does not answer' },
  ]);
  await db
    .query(
      `with box as (insert into library.databox (name) values ('d') returning id),
          c as (insert into library.collection (databox_id, name) select id, 'c' from box returning id, databox_id)
     insert into library.quarantine (databox_id, collection_id, task, name, draft, reasons, state, sha256)
     select databox_id, id, 'hot', 'twice.jpg', '{}', '[{"check":"duplicate","text":"it is there already"}]', 'open', null from c`,
    )
    .catch(async () => {
      // An open one has its original.
      await db.query(
        `insert into library.original (sha256, bytes) values (sha256('x'), 1) on conflict do nothing;
       with box as (insert into library.databox (name) values ('d') returning id),
            c as (insert into library.collection (databox_id, name) select id, 'c' from box returning id, databox_id)
       insert into library.quarantine (databox_id, collection_id, task, name, draft, reasons, state, sha256)
       select databox_id, id, 'hot', 'twice.jpg', '{}', '[{"check":"duplicate","text":"it is there already"}]', 'open', sha256('x') from c`,
      );
    });
  await db.query(
    "insert into library.rule_refusal (task, rule, what, reason) values ('mover', 'expired', 'disabled', 'no such field')",
  );
  const states = {
    '2026-11-17': 'held',
    '2026-11-18': 'unknown',
    '2026-11-19': 'missed',
    '2026-11-20': 'failed',
  } as const;
  for (const [key, state] of Object.entries(states))
    await transition(db, 'cards', key, state, { what: state, reason: `it is ${state}` });
});

interface Listed {
  id: string;
  task: string;
  kind: string;
  what: string;
  state: string;
  mend: string;
}
const listed = async (...args: string[]) => (await regie(...args, '--json')).json() as Listed[];

test('all that is wrong stands in one list, each with the command that mends it', async () => {
  const rows = await listed();
  expect(
    rows.map(({ task, what, state }) => `${task} ${what}: ${state}`).toSorted((a, b) => (a < b ? -1 : 1)),
  ).toEqual([
    'cards failed: open',
    'cards held: open',
    'cards missed: open',
    'cards unknown: open',
    'drop failed-files: open',
    'hot quarantine: open',
    'hot unmatched: open',
    'load broken-json: open',
    'load items-refused: open',
    'mover disabled: open',
    'pull server: retrying',
  ]);
  const mends = Object.fromEntries(rows.map(({ task, what, mend }) => [`${task} ${what}`, mend]));
  expect(mends).toMatchObject({
    'load broken-json': 'regie incidents retry 1',
    'load items-refused': 'regie incidents close 2',
    'cards held': 'regie export release cards 2026-11-17',
    'cards unknown': 'regie export confirm cards 2026-11-18',
    'cards missed': 'regie export run cards --day 2026-11-19',
    'cards failed': 'regie export redeliver cards 2026-11-20',
    'mover disabled': 'regie rules test mover',
  });
  const { out } = await regie();
  expect(out).toMatch(/^ID +LAST +TASK +WHAT +WHERE +TIMES +STATE/);
  expect(out).toMatch(/\n {4}not JSON\n {4}→ regie incidents retry 1/);
});

test('it is filtered by task, kind, state and time', async () => {
  expect(
    (await listed('--task', 'HOT')).map(({ what }) => what).toSorted((a, b) => (a < b ? -1 : 1)),
  ).toEqual(['quarantine', 'unmatched']);
  expect((await listed('--kind', 'LoadJson')).map(({ id }) => id)).toEqual(['2', '1']);
  expect((await listed('--state', 'retrying')).map(({ task }) => task)).toEqual(['pull']);
  await ledger.db.query("update regie.incident set last_at = now() - interval '3 hours' where id <> 1");
  expect((await listed('--kind', 'loadJson', '--since', '2h')).map(({ id }) => id)).toEqual(['1']);
  expect((await regie('--kind', 'nothing')).err).toContain('No task is of the kind "nothing"');
  expect((await regie('--since', 'often')).err).toContain('expected a span such as 2h');
  expect((await regie('--state', 'broken')).err).toContain(
    'expected one of open, retrying, given up, resolved',
  );
});

test('one is shown with all that is known of it', async () => {
  const { out, code } = await regie('show', '3');
  expect(code).toBe(0);
  expect(out).toMatch(/incident 3: no rule takes it/);
  expect(out).toMatch(/kept as +\S+_error\/x\.jpg/);
  expect((await regie('show', '99')).err).toContain('There is no incident 99');
});

test('those that are chosen by options are counted and shown first, then tried again or refused each by itself', async () => {
  const asked = await regie('retry', '--all');
  expect(asked.code).toBe(2);
  expect(asked.err).toMatch(
    /^This would retry 11 incidents: say --yes\.\n( {2}\S+: .*\n){5} {2}… and 6 more/,
  );
  const { code, out } = await regie('retry', '--all', '--yes', '--json');
  // Some wait for a decision that nobody can guess.
  expect(code).toBe(5);
  const { retried, refused } = JSON.parse(out) as Record<
    'retried' | 'refused',
    { id: string; text: string }[]
  >;
  expect(retried.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
    '1',
    '3',
    '4',
    '5',
    'cards/2026-11-19',
    'cards/2026-11-20',
  ]);
  expect(Object.fromEntries(refused.map(({ id, text }) => [id, text]))).toEqual({
    '2': expect.stringContaining('regie incidents close 2'),
    [refused.find(({ id }) => id.startsWith('quarantine'))!.id]: expect.stringContaining('quarantine accept'),
    'mover/expired': expect.stringContaining('correct the rule'),
    'cards/2026-11-17': expect.stringContaining('release or discard it'),
    'cards/2026-11-18': expect.stringContaining('it may come twice'),
  });
  expect(readdirSync(path.join(at.root, 'data/weather/inbox'))).toContain('broken.json');
  expect(existsSync(path.join(at.root, 'hot/x.jpg'))).toBe(true);
  expect(
    (await ledger.periods()).map(({ key, state, requestedBy }) => [key, state, requestedBy !== null]),
  ).toEqual([
    ['2026-11-17', 'held', false],
    ['2026-11-18', 'unknown', false],
    ['2026-11-19', 'due', true],
    ['2026-11-20', 'produced', true],
  ]);
});

test('they are closed in bulk with a note; files stay where they are', async () => {
  const { out } = await regie('close', '--kind', 'archive', '--yes', '--note', 'not ours', '--json');
  expect(JSON.parse(out)).toMatchObject({
    closed: [{ id: '3' }],
    refused: [{ id: expect.stringContaining('quarantine-') }],
  });
  expect(existsSync(path.join(at.root, '_error/x.jpg'))).toBe(true);
  const closed = await regie('close', '1', 'cards/2026-11-19', '--note', 'a holiday');
  expect(closed).toMatchObject({ code: 0, out: '2 incidents are closed.\n' });
  expect((await ledger.periods()).find(({ key }) => key === '2026-11-19')).toMatchObject({
    state: 'discarded',
    reason: 'a holiday',
  });
  expect((await listed('--all', '--task', 'hot')).find(({ id }) => id === '3')).toMatchObject({
    state: 'resolved',
    note: 'not ours',
    closedBy: expect.stringContaining('@'),
  });
  expect(await regie('close', '1')).toMatchObject({
    code: 5,
    out: expect.stringMatching(/^Incident 1 .* is resolved already/),
  });
  // A file that waits for a decision is not given up in passing.
  expect(await regie('close', 'cards/2026-11-17')).toMatchObject({
    code: 5,
    out: expect.stringContaining('regie export discard cards 2026-11-17'),
  });
  expect((await regie('close')).err).toContain('Which ones?');
  expect((await regie('close', '1', '--all')).err).toContain('Either ids, or options');
});
