import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RuleOutcome } from '../../../src/library/rules/rule-outcome.ts';
import { dice } from '../../support/killer/seed.ts';
import { everyNth } from '../../support/killer/sweep.ts';
import { moverDeaths, openMoved, rules, type Moved } from './deaths.ts';
import { sha256, whereabouts } from './support.ts';

const seeded = dice(import.meta.filename);
moverDeaths(seeded, everyNth(5));

let moved: Moved;
beforeEach(async () => {
  moved = await openMoved();
});
afterEach(() => moved.close());

/** Carries the rules out in a process of its own, which is killed some ms into the batch that follows so many. */
async function play(
  settings: unknown,
  run: string,
  batches = Infinity,
  ms = 0,
): Promise<RuleOutcome[] | undefined> {
  const script = fileURLToPath(new URL('move-until-killed.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', script, moved.library.url, moved.root, JSON.stringify(settings), run],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let outcomes: RuleOutcome[] | undefined;
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('[')) outcomes = JSON.parse(line) as RuleOutcome[];
    if (Number(line) < batches || outcomes) continue;
    await sleep(ms);
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
    await moved.fill();
    const outcomes = await play(settings, 'run/undisturbed');
    const undisturbed = await moved.shutdownSignal();
    expect(outcomes?.map((each) => (each.what === 'done' ? each.affected : 0))).toEqual([20, 10, 5, 10]);
    // With `snapshot` those that were in the Inbox at first are trashed, not those that came back.
    const trashed = Object.values(undisturbed.records).filter((each) => each.startsWith('(trash)'));
    expect(trashed.every((each) => each.includes('Online'))).toBe(snapshot);
    expect(undisturbed.files).toEqual(undisturbed.originals);

    await moved.fill();
    let killed = 0;
    const random = seeded(`snapshot ${snapshot}`);
    let last: RuleOutcome[] | undefined;
    for (const batches of [1, 2, 4, 3, 5, 2]) {
      last = await play(settings, 'run/killed', batches, 12 * random());
      if (!last) killed += 1;
    }
    expect(killed).toBeGreaterThan(2);
    last ??= await play(settings, 'run/killed');
    // It knows of what it did before it was killed.
    expect(last).toEqual(outcomes);
    expect(await moved.shutdownSignal()).toEqual(undisturbed);
    // Told again, since its worker died after the last commit: nothing is done twice.
    expect(await play(settings, 'run/killed')).toEqual(outcomes);
    expect(await moved.shutdownSignal()).toEqual(undisturbed);
  },
  120_000,
);

test('an original whose record is deleted, but for a kill, is released by whatever run comes next', async () => {
  await moved.fill();
  const hash = sha256('content 99');
  await moved.library.db.query("insert into library.original (sha256, bytes) values (decode($1, 'hex'), 1)", [
    hash,
  ]);
  const file = moved.store.pathOf(hash);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, 'content 99');
  await moved.library.db.query(
    "insert into library.rule_run (task, run, rules, now, originals) values ('mover', 'run/dead', '', now(), $1)",
    [[hash]],
  );
  await play({ rules: rules.slice(0, 1) }, 'run/next');
  expect(existsSync(file)).toBe(false);
  const { rowCount } = await moved.library.db.query(
    "select from library.original where sha256 = decode($1, 'hex')",
    [hash],
  );
  expect(rowCount).toBe(0);
});

test('with other rules a run that was killed begins anew', async () => {
  await moved.fill();
  await play({ rules, batch: 3 }, 'run/killed', 9, 12 * seeded('other rules')());
  const changed = [{ ...rules[0]!, to: { collection: 'Archive' } }];
  const outcomes = await play({ rules: changed, batch: 3 }, 'run/killed');
  expect(outcomes).toHaveLength(1);
  expect((await moved.library.db.query('select from library.rule_batch')).rowCount).toBe(0);
  expect(
    Object.values(await whereabouts(moved.library.db)).filter((each) => each.startsWith('Inbox')),
  ).toEqual([]);
});
