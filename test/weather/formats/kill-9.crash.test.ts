import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { dice } from '../../support/killer/seed.ts';
import { runAndKill } from '../load/run-and-kill.ts';
import { snapshot } from '../load/snapshot.ts';
import { itemA, openLoader, type Loader } from '../load/support.ts';
import { hours, jsonV1, meteofrance, rain } from './support.ts';

const seeded = dice(import.meta.filename);
// Every third file is large enough to be read in chunks.
const settings = { stableFor: 0, groupFiles: 5, streamBytes: 2_000, formats: [meteofrance, rain, jsonV1] };
const weather = { stations: { GILLOT: {}, FORX: {}, OLD: {}, '97402999': {} } };
const DAYS = 30;
const KILLS = 4;
const LONGEST_LIFE_MS = 500;

function fill(loader: Loader): void {
  for (let day = 0; day < DAYS; day += 1) {
    const at = (minute: number) => new Date(Date.UTC(2024, 0, 1 + day, 0, minute)).toISOString();
    const name = at(0).slice(0, 10);
    const rows = Array.from({ length: day % 3 === 0 ? 24 : 2 }, (_, hour) =>
      ['97418110', '97402999'].map(
        (post) =>
          `${post};${at(hour * 60)
            .slice(0, 13)
            .replaceAll(/[-T]/g, '')};${hour === 7 ? 'x' : day};${hour}`,
      ),
    ).flat();
    loader.put(`mf/${name}.csv`, hours('T;N', ...rows));
    const minutes = Array.from(
      { length: day % 3 === 0 ? 60 : 3 },
      (_, minute) => `${at(minute).slice(0, 16).replace('T', ' ')} ${minute / 10}\n`,
    );
    loader.put(`ovpf/FORX-${name}.txt`, minutes.join(''));
    const items = Array.from({ length: day % 3 === 0 ? 40 : 2 }, (_, n) => [
      n,
      itemA(at(5 + 5 * n).slice(0, 19), { rain: n === 1 ? 'x' : n }),
    ]);
    loader.put(`old/${name}.v1.json`, { data: Object.fromEntries(items), meteor: 'OLD' });
  }
}

it('files of other sources load exactly once, whenever the loader is killed with -9', async () => {
  const [undisturbed, killed] = await Promise.all([
    openLoader({ settings, weather }),
    openLoader({ settings, weather }),
  ]);
  const random = seeded('kill -9');
  try {
    fill(undisturbed);
    expect((await undisturbed.run()).counts).toMatchObject({ files: 3 * DAYS, rejected: 20 + DAYS });
    fill(killed);
    for (let n = 0; n < KILLS; n += 1)
      await runAndKill(killed, {
        run: `run/child-${n >> 1}`,
        settings,
        weather,
        life: LONGEST_LIFE_MS * random(),
      });
    while ((await killed.run()).outcome === 'waiting') await setTimeout(50);
    expect(await snapshot(killed)).toEqual(await snapshot(undisturbed));
  } finally {
    await Promise.all([undisturbed.close(), killed.close()]);
  }
});
