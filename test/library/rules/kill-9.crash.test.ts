import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OriginalStore } from '../../../src/library/originals/store.ts';
import type { RuleOutcome } from '../../../src/library/rules/outcome.ts';
import type { RuleInput } from '../../../src/library/rules/settings.ts';
import { eventsOf, openLibrary, put, sha256, whereabouts, type Draft, type TestLibrary } from './support.ts';

let library: TestLibrary;
let root: string;
beforeEach(async () => {
  library = await openLibrary();
  root = mkdtempSync(path.join(tmpdir(), 'regie-test-rules-'));
});
afterEach(async () => {
  rmSync(root, { recursive: true });
  await library.close();
});

const inCollection = (...collections: string[]) => ({ collection: { compare: '=' as const, collections } });

/** Each meets what the others have done: begun anew in the midst of it, the first would catch what the second moved. */
const rules: RuleInput[] = [
  {
    name: 'online',
    action: 'update',
    databox: 'Press',
    from: inCollection('Inbox'),
    to: { collection: 'Online' },
  },
  {
    name: 'back',
    action: 'update',
    databox: 'Press',
    from: { ...inCollection('Archive'), status: 'x1xxxx' },
    to: { collection: 'Inbox', status: '1xxxxxx' },
  },
  { name: 'trash', action: 'trash', databox: 'Press', from: { ...inCollection('Inbox'), status: '11xxxxx' } },
  {
    name: 'delete',
    action: 'delete',
    databox: 'Press',
    from: { ...inCollection('Archive'), status: 'x0xxxx' },
  },
];

/** Two of them have the same original. */
const drafts: Draft[] = Array.from({ length: 60 }, (_, i) => ({
  collection: ['Inbox', 'Archive', 'Online'][i % 3]!,
  status: BigInt(i % 8) << 4n,
  content: `content ${Math.floor(i / 2)}`,
}));

const store = () => new OriginalStore(path.join(root, 'storage'));

async function fill(): Promise<void> {
  await library.db.query(
    'truncate library.record, library.original, library.event, library.rule_run cascade',
  );
  await put(library.db, library.press, drafts);
  for (const { content } of drafts) {
    const file = store().pathOf(sha256(content!));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content!);
  }
}

/** What is in the end: records, their events, originals on disk and in the table. */
async function ending() {
  const { rows } = await library.db.query<{ sha256: string }>(
    "select encode(sha256, 'hex') as sha256 from library.original order by 1",
  );
  const files = readdirSync(store().folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  return {
    records: await whereabouts(library.db),
    events: await eventsOf(library.db),
    originals: rows.map((row) => row.sha256),
    files: files.sort(),
  };
}

/** Carries the rules out in a process of its own, which is killed somewhere in the batch that follows so many. */
async function play(settings: unknown, run: string, batches = Infinity): Promise<RuleOutcome[] | undefined> {
  const script = fileURLToPath(new URL('move-until-killed.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', script, library.url, root, JSON.stringify(settings), run],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let outcomes: RuleOutcome[] | undefined;
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('[')) outcomes = JSON.parse(line) as RuleOutcome[];
    if (Number(line) < batches || outcomes) continue;
    await sleep(Math.random() * 12);
    child.kill('SIGKILL');
    break;
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return outcomes;
}

test.each([false, true])(
  'killed at any moment and tried again: in the end as if it had not happened (snapshot: %s)',
  async (snapshot) => {
    const settings = { rules, snapshot, batch: 3 };
    await fill();
    const outcomes = await play(settings, 'run/undisturbed');
    const undisturbed = await ending();
    expect(outcomes?.map((each) => (each.what === 'done' ? each.affected : 0))).toEqual([20, 10, 5, 10]);
    // With `snapshot` those that were in the Inbox at first are trashed, not those that came back.
    const trashed = Object.values(undisturbed.records).filter((each) => each.startsWith('(trash)'));
    expect(trashed.every((each) => each.includes('Online'))).toBe(snapshot);
    expect(undisturbed.files).toEqual(undisturbed.originals);

    await fill();
    let killed = 0;
    let last: RuleOutcome[] | undefined;
    for (const batches of [1, 2, 4, 3, 5, 2]) {
      last = await play(settings, 'run/killed', batches);
      if (!last) killed += 1;
    }
    expect(killed).toBeGreaterThan(2);
    last ??= await play(settings, 'run/killed');
    // It knows of what it did before it was killed.
    expect(last).toEqual(outcomes);
    expect(await ending()).toEqual(undisturbed);
    // Told again, since its worker died after the last commit: nothing is done twice.
    expect(await play(settings, 'run/killed')).toEqual(outcomes);
    expect(await ending()).toEqual(undisturbed);
  },
  120_000,
);

test('an original whose record is deleted, but for a kill, is released by whatever run comes next', async () => {
  await fill();
  const hash = sha256('content 99');
  await library.db.query("insert into library.original (sha256, bytes) values (decode($1, 'hex'), 1)", [
    hash,
  ]);
  const file = store().pathOf(hash);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, 'content 99');
  await library.db.query(
    "insert into library.rule_run (task, run, rules, now, originals) values ('mover', 'run/dead', '', now(), $1)",
    [[hash]],
  );
  await play({ rules: rules.slice(0, 1) }, 'run/next');
  expect(existsSync(file)).toBe(false);
  const { rowCount } = await library.db.query(
    "select from library.original where sha256 = decode($1, 'hex')",
    [hash],
  );
  expect(rowCount).toBe(0);
});

test('with other rules a run that was killed begins anew', async () => {
  await fill();
  await play({ rules, batch: 3 }, 'run/killed', 9);
  const changed = [{ ...rules[0]!, to: { collection: 'Archive' } }];
  const outcomes = await play({ rules: changed, batch: 3 }, 'run/killed');
  expect(outcomes).toHaveLength(1);
  expect((await library.db.query('select from library.rule_batch')).rowCount).toBe(0);
  expect(Object.values(await whereabouts(library.db)).filter((each) => each.startsWith('Inbox'))).toEqual([]);
});
