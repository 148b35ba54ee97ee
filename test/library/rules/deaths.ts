import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { OriginalStore } from '../../../src/library/originals/store.ts';
import { carryOut } from '../../../src/library/rules/carry-out.ts';
import type { RuleOutcome } from '../../../src/library/rules/rule-outcome.ts';
import { resolveRules } from '../../../src/library/rules/resolve-rules.ts';
import { moverSettings, type RuleInput } from '../../../src/library/rules/rule-settings.ts';
import { openPool } from '../../../src/store/connection.ts';
import { bareConfig } from '../../support/bare-config.ts';
import type { Killer } from '../../support/killer/killer.ts';
import type { Dice } from '../../support/killer/seed.ts';
import { rehearse, sweep, type Choice } from '../../support/killer/sweep.ts';
import { contextOf } from './context.ts';
import { eventsOf, openLibrary, put, sha256, whereabouts, type Draft, type TestLibrary } from './support.ts';

const inCollection = (...collections: string[]) => ({ collection: { compare: '=' as const, collections } });

/** Each meets what the others have done: begun anew in the midst of it, the first would catch what the second moved. */
export const rules: RuleInput[] = [
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

/** In the first half two of them have the same original; those of the others go with their records. */
const drafts: Draft[] = Array.from({ length: 60 }, (_, i) => ({
  collection: ['Inbox', 'Archive', 'Online'][i % 3]!,
  status: BigInt(i % 8) << 4n,
  content: `content ${i < 30 ? Math.floor(i / 2) : i}`,
}));

/** A library whose records the rules move, and the folder of its originals. */
export interface Moved {
  library: TestLibrary;
  root: string;
  store: OriginalStore;
  /** All records are where they were at first. */
  fill(): Promise<void>;
  /** What is in the end: records, their events, originals on disk and in the table. */
  shutdownSignal(): Promise<{
    records: Record<string, string>;
    events: string[];
    originals: string[];
    files: string[];
  }>;
  close(): Promise<void>;
}

export async function openMoved(): Promise<Moved> {
  const library = await openLibrary();
  const root = mkdtempSync(path.join(tmpdir(), 'regie-test-rules-'));
  const store = new OriginalStore(path.join(root, 'storage'));
  return {
    library,
    root,
    store,
    async fill() {
      await library.db.query(
        'truncate library.record, library.original, library.event, library.rule_run cascade',
      );
      await put(library.db, library.press, drafts);
      for (const { content } of drafts) {
        const file = store.pathOf(sha256(content!));
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, content!);
      }
    },
    async shutdownSignal() {
      const { rows } = await library.db.query<{ sha256: string }>(
        "select encode(sha256, 'hex') as sha256 from library.original order by 1",
      );
      const files = readdirSync(store.folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name);
      return {
        records: await whereabouts(library.db),
        events: await eventsOf(library.db),
        originals: rows.map((row) => row.sha256),
        files: files.sort(),
      };
    },
    async close() {
      rmSync(root, { recursive: true });
      await library.close();
    },
  };
}

/** The test of a mover that dies at moments of this choice. */
export function moverDeaths(dice: Dice, choose: Choice): void {
  test('a mover that dies, and is tried again: in the end as if it had not', async () => {
    const moved = await openMoved();
    const { library, root, fill, shutdownSignal } = moved;
    const pool = openPool(library.url, { max: 1 });
    const settings = moverSettings.parse({ rules, batch: 5 });
    const declared = settings.rules.map((rule) => ({ name: rule.name, rule }));
    let last: RuleOutcome[] | undefined;
    const run = async (killer?: Killer) => {
      last = undefined;
      const db = await pool.connect();
      try {
        // As the engine does: what a killed run still has in progress ends before.
        await db.query('select pg_advisory_lock(1)');
        killer?.arm();
        const context = contextOf(db, settings, {
          run: 'run/killed',
          config: bareConfig(root, { library: { storage: 'storage' } }),
        });
        ({ outcomes: last } = await carryOut(context, await resolveRules(db, declared), settings));
      } finally {
        killer?.disarm();
        db.release(true);
      }
    };
    try {
      await fill();
      const moments = await rehearse(run, { disk: 5, database: 120 });
      const [undisturbed, outcomes] = [await shutdownSignal(), last];
      expect(undisturbed.files).toEqual(undisturbed.originals);
      const mortal = {
        run,
        reset: fill,
        async recover() {
          await run();
          // It knows of what it did before it was killed.
          expect(last).toEqual(outcomes);
          expect(await shutdownSignal()).toEqual(undisturbed);
        },
      };
      await sweep(mortal, choose(moments, dice('rules')), moments);
    } finally {
      await pool.end();
      await moved.close();
    }
  }, 300_000);
}
