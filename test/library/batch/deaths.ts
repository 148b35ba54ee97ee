import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Killer } from '../../support/killer/killer.ts';
import type { Dice } from '../../support/killer/seed.ts';
import { rehearse, sweep, type Choice } from '../../support/killer/sweep.ts';
import { manifestOf, openUploads, type Uploads } from './support.ts';

/** Ms for all of them on a busy machine. */
const LONG = 600_000;

async function isWhole(at: Uploads): Promise<void> {
  const rows = await at.query(
    `select (select count(*)::int from library.record) as records, (select count(*)::int from library.quarantine) as again,
            (select count(*)::int from library.batch where state = 'open') as open,
            (select count(*)::int from regie.incident where state = 'open' and what = 'failed-files') as letters,
            (select count(*)::int from regie.incident where state in ('open', 'retrying')) as troubles`,
  );
  expect(rows).toEqual([{ records: 5, again: 0, open: 0, letters: 1, troubles: 1 }]);
  expect(at.files('drop')).toEqual([]);
  expect(readdirSync(at.folders.work)).toEqual([]);
  expect(readdirSync(at.folders.done)).toEqual(['good']);
  expect(readdirSync(at.folders.failed)).toEqual(['poor']);
  expect(at.answer('done/good')).toMatchObject({
    records: 3,
    files: [{ index: 0 }, { index: 1 }, { index: 2 }],
  });
  expect(at.answer('failed/poor')).toMatchObject({
    records: 2,
    failed: 1,
    files: [{}, { error: expect.stringContaining('there is no file') }, {}],
  });
}

async function openTwo(keepDone: boolean): Promise<Uploads> {
  const at = await openUploads({ groupFiles: 2, keepDone });
  at.drop('good', { 'manifest.xml': manifestOf('a', 'b', 'c'), a: '1', b: '2', c: '3', '.ready': '' });
  at.drop('poor', { 'manifest.xml': manifestOf('d', 'e', 'f'), d: '4', f: '6', '.ready': '' });
  return at;
}

/** One that is due to be tried again. */
async function openRetried(keepDone: boolean): Promise<Uploads> {
  const at = await openUploads({ keepDone });
  at.drop('b', { 'manifest.xml': manifestOf('a', 'b', 'c'), a: '1', c: '3', '.ready': '' });
  await at.run();
  await at.query("update regie.incident set state = 'retrying', not_before = null");
  return at;
}

async function isTriedAgain(at: Uploads): Promise<void> {
  expect(await at.query('select count(*)::int as records from library.record')).toEqual([{ records: 2 }]);
  expect(await at.query('select from library.quarantine')).toEqual([]);
  expect(await at.query("select what from regie.incident where state <> 'resolved'")).toEqual([
    { what: 'failed-files' },
  ]);
  expect(readdirSync(at.folders.failed)).toEqual(['b']);
  expect(at.files('drop')).toEqual([]);
}

/** One that was taken, and to whose first file somebody wrote after that. */
async function openGrown(keepDone: boolean): Promise<Uploads> {
  const at = await openUploads({ keepDone, stableFor: 20 });
  at.drop('b', { 'manifest.xml': manifestOf('a', 'b'), a: '1', b: '2' });
  await at.run();
  appendFileSync(path.join(at.folders.done, 'b/a'), ' and the rest');
  await at.query('update regie.watched_file set due_at = now()');
  return at;
}

async function isTakenAgain(at: Uploads): Promise<void> {
  // What is the same for long enough, and due.
  for (let n = 0; n < 4; n += 1) {
    await at.query('update regie.watched_file set due_at = now() where not returned');
    while ((await at.run()).outcome === 'waiting') await setTimeout(20);
  }
  expect(
    await at.query(
      'select name, bytes::int, trashed_at is not null as trashed from library.record order by 1, 2',
    ),
  ).toEqual([
    { name: 'a', bytes: 1, trashed: true },
    { name: 'a', bytes: 14, trashed: false },
    { name: 'b', bytes: 1, trashed: false },
  ]);
  expect(await at.query("select what, state from regie.incident where state <> 'resolved'")).toEqual([]);
  expect(await at.query('select from regie.watched_file')).toEqual([]);
  expect([readdirSync(at.folders.done), at.files('drop')]).toEqual([['b'], []]);
}

/** Tests of a run over batches that dies at moments of this choice; every other one keeps the files that it took. */
export function batchDeaths(dice: Dice, choose: Choice): void {
  it.each([
    {
      what: 'a run that dies at any moment is finished by the next one',
      open: openTwo,
      check: isWhole,
      least: { disk: 70, database: 50 },
    },
    {
      what: 'a batch that is tried again when the run dies is finished too',
      open: openRetried,
      check: isTriedAgain,
      least: { disk: 15, database: 25 },
    },
    {
      what: 'a batch that comes back when the run dies is taken again once',
      open: openGrown,
      check: isTakenAgain,
      least: { disk: 15, database: 25 },
    },
  ])(
    '$what',
    async ({ what, open, check, least }) => {
      let at = await open(true);
      const run = ({ arm, disarm }: Killer) => at.run({ onSession: arm, onEnd: disarm });
      try {
        const moments = await rehearse(run, least);
        await check(at);
        const mortal = {
          run,
          // What is kept is moved, what is not is removed: not quite as many moments.
          wavers: true,
          async reset(moment: number) {
            await at.close();
            at = await open(moment % 2 === 0);
          },
          async recover() {
            while ((await at.run()).outcome === 'waiting') await setTimeout(20);
            await check(at);
          },
        };
        await sweep(mortal, choose(moments, dice(what)), moments);
      } finally {
        await at.close();
      }
    },
    LONG,
  );
}
