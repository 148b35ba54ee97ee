import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Killer } from '../../support/killer/killer.ts';
import type { Dice } from '../../support/killer/seed.ts';
import { killAt, named, rehearse, sweep, type Choice } from '../../support/killer/sweep.ts';
import { snapshot } from './snapshot.ts';
import { entryA, itemA, openLoader, type Loader } from './support.ts';

const day = (time: string) => `2021-06-11T${time}:00`;

const formats = [{ match: '*.v1.json', format: 'json-v1' }];

/** Some files of every kind. */
function fill(loader: Loader): void {
  loader.put('a/day.json', [
    entryA('MTG280', itemA(day('10:00'), { rain: 1 }), itemA(day('10:05'), { rain: 2 })),
  ]);
  loader.put('b/day.json', [
    entryA('MTG280', itemA(day('10:05'), { rain: 3 }), itemA(day('11:05'), { rain: 'x' })),
  ]);
  loader.put('broken.json', '[{"meteor": ');
  loader.put('c/day.json', [entryA('MTG280', itemA(day('10:05'), { rain: 4 }, { force_replace: true }))]);
  loader.put('d/day.json', [
    entryA('MTG320', itemA(day('10:05'), { out_temp: 99, moon: 1 }), {
      aggregations: [{ level: 'D', start_dat: day('00:00'), rain_sum: 4 }],
    }),
  ]);
  loader.put(`${'long'.repeat(60)}.json`, [entryA('MTG320', itemA(day('10:10'), { rain: 4 }))]);
  loader.put('unknown.json', [entryA('XYZ', itemA(day('10:10'), { rain: 4 }))]);
  loader.put('old/bare.v1.json', { meteor: 'MTG320', data: itemA(day('10:20'), { rain: 5 }) });
  loader.put('old/many.v1.json', {
    meteor: 'MTG320',
    data: { [day('10:25')]: { current: { duration: 5, rain: 6 } }, 7: itemA(day('10:30'), { rain: 'x' }) },
  });
  loader.put('z.json', [entryA('MTG320', itemA(day('10:15'), { rain: 4 }))]);
}

async function reset(loader: Loader): Promise<void> {
  rmSync(path.join(loader.root, 'data'), { recursive: true });
  mkdirSync(loader.folders.inbox, { recursive: true });
  await loader.pool.query(
    'truncate weather.observation, weather.file, weather.station_aggregate, weather.dirty_hour, regie.incident, regie.watched_file',
  );
  fill(loader);
}

/** Runs until the lock of the dead run's session is free. */
async function runAgain(loader: Loader, id?: string) {
  for (;;) {
    const report = await loader.run(id === undefined ? {} : { id });
    if (report.outcome !== 'waiting') return report;
    await setTimeout(20);
  }
}

/** Ms for all of them on a busy machine. */
const LONG = 600_000;

/** Tests of a loader that dies at moments of this choice; `again`: those of the first death of two. */
export function loaderDeaths(dice: Dice, choose: Choice, again: Choice): void {
  describe.each([
    { files: 'groups of small files', settings: { groupFiles: 3, formats } },
    { files: 'large files', settings: { streamBytes: 1, formats } },
  ])('a loader that is killed over $files', ({ files, settings }) => {
    let loader: Loader;
    let undisturbed: unknown;
    let moments: number;
    const run = ({ arm }: Killer, at?: number) => loader.run({ id: `run/killed-${at}`, onSession: arm });

    beforeAll(async () => {
      loader = await openLoader({ settings });
      fill(loader);
      moments = await rehearse(run, { disk: 50, database: 30 });
      undisturbed = await snapshot(loader);
    });
    afterAll(() => loader.close());

    it(
      'leaves the same as one that is not, whichever moment it dies at',
      async () => {
        expect(undisturbed).toMatchObject({ inbox: [], work: [] });
        await sweep(
          {
            run,
            reset: () => reset(loader),
            async recover(at) {
              // Half of them are tried again by their workflow, the others are followed by a new run.
              await runAgain(loader, at % 2 === 0 ? `run/killed-${at}` : undefined);
              expect(await snapshot(loader)).toEqual(undisturbed);
            },
          },
          choose(moments, dice(files)),
          moments,
        );
      },
      LONG,
    );

    it(
      'may die again while it recovers',
      async () => {
        const random = dice(files, 'again');
        for (const at of again(moments, random)) {
          await reset(loader);
          const deaths = [await killAt({ run }, at), await killAt({ run }, 1 + Math.floor(40 * random()))];
          await named(`killed at moment ${at} of ${moments}, ${deaths.join(', then ')}`, async () => {
            await runAgain(loader);
            expect(await snapshot(loader)).toEqual(undisturbed);
          });
        }
      },
      LONG,
    );
  });
}

/** The same over a file whose writer went on after it was refused, and one after it was loaded. */
export function grownDeaths(dice: Dice, choose: Choice): void {
  describe('a loader that is killed over files that grew', () => {
    let loader: Loader;
    let undisturbed: unknown;
    let moments: number;
    const run = ({ arm }: Killer, at?: number) => loader.run({ id: `run/killed-${at}`, onSession: arm });
    const whole = JSON.stringify([
      entryA('MTG280', itemA(day('10:00'), { rain: 1 }), itemA(day('10:05'), { rain: 2 })),
    ]);

    async function grow(): Promise<void> {
      loader.put('a/half.json', whole.slice(0, 100));
      loader.put('b/loaded.json', [entryA('MTG320', itemA(day('10:00'), { rain: 3 }))]);
      await loader.run();
      appendFileSync(path.join(loader.folders.failed, 'unknown/half.json'), whole.slice(100));
      const archived = path.join(loader.folders.archive, 'MTG320/2021/06/loaded.json');
      writeFileSync(
        archived,
        JSON.stringify([
          entryA('MTG320', itemA(day('10:00'), { rain: 31 }), itemA(day('10:05'), { rain: 4 })),
        ]),
      );
      await loader.query('update regie.watched_file set due_at = now()');
    }

    /** Of a killed run the ledger has one row more, or the old run's name: what counts is where things are. */
    const left = async () => {
      const { files, ...rest } = (await snapshot(loader)) as { files: { final_path: string }[] };
      return {
        ...rest,
        loaded: files.length,
        watched: await loader.query('select returned from regie.watched_file'),
      };
    };

    beforeAll(async () => {
      loader = await openLoader({ settings: { stableFor: 5 } });
      await grow();
      moments = await rehearse(run, { disk: 10, database: 20 });
      undisturbed = await left();
    });
    afterAll(() => loader.close());

    it(
      'loads each of them again, once and whole',
      async () => {
        expect(undisturbed).toMatchObject({ inbox: [], work: [], failed: [], loaded: 4 });
        await sweep(
          {
            run,
            async reset() {
              rmSync(path.join(loader.root, 'data'), { recursive: true });
              mkdirSync(loader.folders.inbox, { recursive: true });
              await loader.pool.query(
                'truncate weather.observation, weather.file, weather.dirty_hour, regie.incident, regie.watched_file',
              );
              await grow();
            },
            async recover(at) {
              await runAgain(loader, at % 2 === 0 ? `run/killed-${at}` : undefined);
              expect(await left()).toEqual(undisturbed);
            },
          },
          choose(moments, dice('grown')),
          moments,
        );
      },
      LONG,
    );
  });
}
