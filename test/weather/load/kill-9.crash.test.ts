import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { dice } from '../../support/killer/seed.ts';
import { runAndKill } from './run-and-kill.ts';
import { snapshot } from './snapshot.ts';
import { entryA, itemA, openLoader, twoStations, type Loader } from './support.ts';

const seeded = dice(import.meta.filename);
const settings = { stableFor: 0, groupFiles: 7 };
const FILES = 600;
const KILLS = 4;
const LONGEST_LIFE_MS = 400;

function fill(loader: Loader): void {
  for (let n = 0; n < FILES; n += 1) {
    const stop = new Date(Date.UTC(2021, 5, 11, 0, 5 * (n >> 1))).toISOString().slice(0, 19);
    const item = itemA(
      stop,
      n % 50 === 7 ? { rain: 'x' } : { rain: n },
      n % 9 === 0 ? { update_me: true } : {},
    );
    loader.put(`${String(n).padStart(4, '0')}.json`, [entryA('MTG280', item)]);
  }
}

it('a loader process killed with -9 again and again leaves the same as an undisturbed one', async () => {
  const [undisturbed, killed] = await Promise.all([openLoader({ settings }), openLoader({ settings })]);
  const random = seeded('kill -9');
  try {
    fill(undisturbed);
    await undisturbed.run();
    fill(killed);
    for (let n = 0; n < KILLS; n += 1)
      await runAndKill(killed, {
        run: `run/child-${n >> 1}`,
        settings,
        weather: twoStations,
        life: LONGEST_LIFE_MS * random(),
      });
    while ((await killed.run()).outcome === 'waiting') await setTimeout(50);
    expect(await snapshot(killed)).toEqual(await snapshot(undisturbed));
  } finally {
    await Promise.all([undisturbed.close(), killed.close()]);
  }
});
