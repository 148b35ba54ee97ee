import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { verify } from '../../../src/weather/aggregate/verify-aggregates.ts';
import { entryA, itemA, openLoader, type Loader } from '../load/support.ts';
import { aggregatesOf, runAggregate } from '../support/weather-database.ts';

const open: Loader[] = [];
afterEach(async () => {
  for (const loader of open.splice(0)) await loader.close();
});

/** 28 March 2021, 01:00 UTC: Paris puts its clocks forward. Slots are periods of 5 minutes around it. */
const CHANGE = Date.parse('2021-03-28T01:00:00Z');
const minutes = (slot: number) => new Date(CHANGE + slot * 300_000).toISOString().slice(0, 19) + 'Z';

interface Sent {
  slot: number;
  duration: number;
  out_temp: number;
  update: boolean;
  /** When it is delivered: in which run, in which file of it. */
  run: number;
  file: number;
}

const RUNS = 3;
const sent = (slots: fc.Arbitrary<number>, durations: fc.Arbitrary<number>, update: fc.Arbitrary<boolean>) =>
  fc.record({
    slot: slots,
    duration: durations,
    // Thirds: their sums depend on the order in which they are added.
    out_temp: fc.integer({ min: 0, max: 90 }).map((n) => n / 3),
    update,
    run: fc.nat(RUNS - 1),
    file: fc.nat(2),
  });

/** Delivers them as files of runs of the loader; `between` tells after which runs the aggregator has its turn. */
async function deliver(all: readonly Sent[], between: readonly boolean[]): Promise<string[]> {
  const loader = await openLoader({ weather: { stations: { S1: { timezone: 'Europe/Paris' } } } });
  open.push(loader);
  const db = await loader.pool.connect();
  try {
    for (let run = 0; run < RUNS; run += 1) {
      const ofRun = all.filter((each) => each.run === run);
      // Names count, not which of a batch's files came first.
      for (const file of [2, 1, 0]) {
        const items = ofRun
          .filter((each) => each.file === file)
          .map(({ slot, duration, out_temp, update }) =>
            itemA(minutes(slot), { duration, out_temp }, { update_me: update }),
          );
        if (items.length > 0) loader.put(`run-${run}-file-${file}.json`, [entryA('S1', ...items)]);
      }
      if (ofRun.length > 0) await loader.run();
      if (between[run]) await runAggregate(db, { batch: 5 });
    }
    await runAggregate(db);
    expect(await verify(db)).toMatchObject({ equal: true, wrong: 0, pending: 0 });
    return await aggregatesOf(db);
  } finally {
    db.release();
    await open.pop()!.close();
  }
}

/** The same in one file and one run. */
const clean = (all: readonly Sent[]) =>
  deliver(
    all.toSorted((a, b) => a.slot - b.slot).map((each) => ({ ...each, run: 0, file: 0, update: false })),
    [],
  );

const turns = fc.array(fc.boolean(), { minLength: RUNS, maxLength: RUNS });

test('distinct observations in any order, in any files and runs: as in one file', async () => {
  const distinct = fc.uniqueArray(
    sent(fc.integer({ min: -200, max: 200 }), fc.constantFrom(1, 5), fc.boolean()),
    { minLength: 1, maxLength: 40, selector: ({ slot }) => slot },
  );
  await fc.assert(
    fc.asyncProperty(distinct, turns, async (all, between) => {
      expect(await deliver(all, between)).toEqual(await clean(all));
    }),
    { numRuns: 10 },
  );
}, 300_000);

/** What is left of conflicting ones: runs count in their order, within a run files by name, within a file items. */
function survivors(all: readonly Sent[]): Sent[] {
  const kept = new Map<number, Sent>();
  const arrival = all.toSorted((a, b) => a.run - b.run || a.file - b.file);
  for (const each of arrival) {
    const start = (o: Sent) => o.slot - o.duration / 5;
    const overlaps = [...kept.values()].some(
      (o) => o.slot !== each.slot && start(o) < each.slot && o.slot > start(each),
    );
    const repeated = kept.has(each.slot);
    if (repeated ? each.update && !overlaps : !overlaps) kept.set(each.slot, each);
  }
  return [...kept.values()];
}

test('of duplicates, replacements and overlaps what came first or last counts, by run, file name and item', async () => {
  const conflicting = fc.array(
    sent(fc.integer({ min: -6, max: 6 }), fc.constantFrom(5, 5, 5, 10), fc.boolean()),
    { minLength: 2, maxLength: 25 },
  );
  await fc.assert(
    fc.asyncProperty(conflicting, turns, async (all, between) => {
      expect(await deliver(all, between)).toEqual(await clean(survivors(all)));
    }),
    { numRuns: 15 },
  );
}, 300_000);
