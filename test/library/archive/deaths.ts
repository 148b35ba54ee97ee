import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Killer } from '../../support/killer/killer.ts';
import type { Dice } from '../../support/killer/seed.ts';
import { rehearse, sweep, type Choice } from '../../support/killer/sweep.ts';
import { filesBelow } from '../support/files-below.ts';
import { openArchiver, sidecar, type Archiver } from './support.ts';

const options = {
  databox: { fields: [{ name: 'Title' }] },
  settings: {
    groupFiles: 3,
    embedded: false,
    rules: [{ mask: '^(.+)\\.txt$', caption: '$1.xml' }, { grouping: '^story' }],
  },
};

/** A file of every disposition: records, one with a sidecar, a story, content that is there already, one that no rule takes. */
async function open(): Promise<Archiver> {
  const archiver = await openArchiver(options);
  archiver.put('a.txt', 'a');
  archiver.put('b.txt', 'b');
  archiver.put('b.xml', sidecar({ Title: 'Title b' }));
  archiver.put('deep/c.txt', 'c');
  archiver.put('deep/same.txt', 'a');
  archiver.put('none.bin', 'refused');
  for (const n of [1, 2]) archiver.put(`story/${n}.txt`, `page ${n}`);
  return archiver;
}

/** Everything that is left behind, but for ids, times and names of runs. */
async function leftBy(archiver: Archiver) {
  const kept = (folder: 'archived' | 'refused') =>
    archiver
      .files(folder)
      .map((name) => [
        name,
        name.endsWith('.error.json')
          ? archiver.reason(name.slice(0, -11))
          : contentOf(archiver, folder, name),
      ]);
  const all = (sql: string) => archiver.query<Record<string, unknown>>(sql);
  return {
    hot: archiver.files(),
    archived: kept('archived'),
    refused: kept('refused'),
    originals: filesBelow(path.join(archiver.storage, 'originals')),
    hidden: filesBelow(archiver.root).filter((name) => name.includes('.regie-')),
    records: (await archiver.records()).sort(),
    known: await all("select encode(sha256, 'hex') as hash, bytes from library.original order by 1"),
    quarantine: await all("select encode(sha256, 'hex') as hash from library.quarantine order by 1"),
    stories: await all(
      'select r.type, count(m.*)::int as members from library.record r left join library.story_member m on m.story_id = r.id group by r.id having r.type = $$story$$',
    ),
    intake: await all('select path, disposition, state from library.intake order by 1, 2'),
    letters: await all('select subject, what, state, attempts from regie.incident order by 1, 2'),
  };
}

const contentOf = (archiver: Archiver, folder: 'archived' | 'refused', name: string) =>
  readFileSync(path.join(archiver.folders[folder], name), 'utf8').replace(/grouping="\d+"/, 'grouping');

/** The test of an archiver that dies at moments of this choice. */
export function archiverDeaths(dice: Dice, choose: Choice): void {
  it('an archiver that dies leaves the same as one that does not, whichever moment it dies at', async () => {
    let archiver = await open();
    const run = ({ arm, signal, disarm }: Killer, at?: number) =>
      archiver.run({ id: `run/${at}`, onSession: arm, signal }).finally(disarm);
    try {
      const moments = await rehearse(run, { disk: 100, database: 45 });
      const undisturbed = await leftBy(archiver);
      expect(undisturbed).toMatchObject({
        hot: ['story/.grouping.xml'],
        hidden: [],
        stories: [{ members: 2 }],
      });
      expect([undisturbed.records.length, undisturbed.quarantine.length, undisturbed.letters.length]).toEqual(
        [5, 1, 1],
      );
      const mortal = {
        run,
        async reset() {
          await archiver.close();
          archiver = await open();
        },
        async recover(at: number) {
          // Half of them are tried again by their workflow, the others are followed by a new run.
          const again = at % 2 === 0 ? { id: `run/${at}` } : {};
          while ((await archiver.run(again)).outcome === 'waiting') await setTimeout(20);
          expect(await leftBy(archiver)).toEqual(undisturbed);
        },
      };
      await sweep(mortal, choose(moments, dice('archive')), moments);
    } finally {
      await archiver.close();
    }
  }, 600_000);
}

/** Files that were taken, and to which somebody wrote after that: kept, removed, with a description, and refused. */
async function openGrown(keepArchived: boolean): Promise<Archiver> {
  const archiver = await openArchiver({
    ...options,
    settings: { ...options.settings, stableFor: 20, keepArchived },
  });
  archiver.put('a.txt', 'a');
  archiver.put('deep/b.txt', 'b');
  archiver.put('deep/b.xml', sidecar({ Title: 'Title b' }));
  archiver.put('none.bin', 'refused');
  await archiver.run({ id: 'run/first' });
  for (const file of filesBelow(archiver.root).filter((name) => /(?:_archived|_error|hot)\//.test(name))) {
    const full = path.join(archiver.root, file);
    if (/^(?:a|b|refused)$/.test(readFileSync(full, 'utf8'))) appendFileSync(full, ' and the rest');
  }
  await archiver.query('update regie.watched_file set due_at = now()');
  return archiver;
}

/** The same of files that come back, which a run that dies then takes again. */
export function returnDeaths(dice: Dice, choose: Choice): void {
  it.each([true, false])(
    'files that come back do so once, whenever it dies; kept: %s',
    async (kept) => {
      let archiver = await openGrown(kept);
      const run = ({ arm, signal, disarm }: Killer, at?: number) =>
        archiver.run({ id: `run/${at}`, onSession: arm, signal }).finally(disarm);
      // What is the same for long enough, and due.
      const settle = async () => {
        await archiver.query('update regie.watched_file set due_at = now() where not returned');
        while ((await archiver.run()).outcome === 'waiting') await setTimeout(20);
      };
      const left = async () => {
        for (let n = 0; n < 4; n += 1) await settle();
        const { letters: _, ...rest } = await leftBy(archiver);
        const sizes = await archiver.query(
          'select name, bytes::int, trashed_at is not null as trashed from library.record order by 1, 2',
        );
        const events = await archiver.query(
          "select what, count(*)::int as n from library.event where what <> 'created' group by 1 order by 1",
        );
        return { ...rest, sizes, events };
      };
      try {
        const moments = await rehearse(run, { disk: 30, database: 40 });
        const undisturbed = await left();
        expect(undisturbed.hidden).toEqual([]);
        expect(undisturbed.sizes).toEqual([
          { name: 'a.txt', bytes: 1, trashed: true },
          { name: 'a.txt', bytes: 14, trashed: false },
          { name: 'b.txt', bytes: 1, trashed: true },
          { name: 'b.txt', bytes: 14, trashed: false },
        ]);
        expect(undisturbed.events).toEqual([
          { what: 'replaced', n: 2 },
          { what: 'replaces', n: 2 },
        ]);
        const mortal = {
          run,
          wavers: true,
          async reset() {
            await archiver.close();
            archiver = await openGrown(kept);
          },
          async recover(at: number) {
            const again = at % 2 === 0 ? { id: `run/${at}` } : {};
            while ((await archiver.run(again)).outcome === 'waiting') await setTimeout(20);
            expect(await left()).toEqual(undisturbed);
          },
        };
        await sweep(mortal, choose(moments, dice(`returned ${kept}`)), moments);
      } finally {
        await archiver.close();
      }
    },
    600_000,
  );
}
