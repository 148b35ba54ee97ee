import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { carryOut } from '../../../src/library/rules/carry-out.ts';
import { rehearse } from '../../../src/library/rules/rehearse-rules.ts';
import { resolveRules } from '../../../src/library/rules/resolve-rules.ts';
import { moverSettings } from '../../../src/library/rules/rule-settings.ts';
import { localTime, play, type ModelOutcome } from './naive.ts';
import { contextOf } from './context.ts';
import { eventsOf, openLibrary, put, readAll, type Draft, type TestLibrary } from './support.ts';
import { librarySection } from '../../../src/library/library-settings.ts';

let library: TestLibrary;
beforeAll(async () => {
  library = await openLibrary();
});
afterAll(() => library.close());

const timezone = 'Europe/Paris';
const HOUR = 3_600_000;
/** Dates lie at least half an hour from every limit that a rule may have: `now` moves on while the test runs. */
const around = fc.integer({ min: -9, max: 9 }).map((n) => new Date(Date.now() + (n * 8 + 4) * HOUR));
const localDate = around.map((date) => localTime(date, timezone).slice(0, 19).replace('T', ' '));

const collections = ['Inbox', 'Online', 'Archive'] as const;
const long = 'long'.repeat(60);
const authors = ['Ann', 'ann', 'Élodie', '😀', '\uffee', long, `${long}er`];

const status = fc.integer({ min: 0, max: 7 }).map((bits) => (BigInt(bits) << 4n) | (BigInt(bits & 1) << 63n));

const draft: fc.Arbitrary<Draft> = fc.record({
  type: fc.constantFrom('record' as const, 'record' as const, 'story' as const),
  collection: fc.constantFrom(...collections),
  status,
  trashed: fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: around }),
  created: around,
  modified: around,
  values: fc.record(
    {
      Author: fc.uniqueArray(fc.constantFrom(...authors), { minLength: 1, maxLength: 3 }),
      Rating: fc.constantFrom(['1'], ['2'], ['10']),
      Online: localDate.map((date) => [date]),
      Expires: fc.uniqueArray(localDate, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: [] },
  ),
});

const compare = fc.constantFrom('=', '!=', '<', '>', '<=', '>=');
const text = fc.oneof(
  fc.record({ field: fc.constant('Author'), compare, value: fc.constantFrom(...authors, 'M') }),
  fc.record({ field: fc.constant('Rating'), compare, value: fc.constantFrom('2', 2, '9') }),
);
const date = fc.record({
  field: fc.constantFrom('Online', 'Expires', '#created', '#modified'),
  direction: fc.constantFrom('before', 'after'),
  delta: fc.integer({ min: -2, max: 2 }),
});
const mask = fc
  .array(fc.constantFrom('0', '1', 'x', 'x'), { maxLength: 3 })
  .chain((digits) =>
    fc.boolean().map((sign) => (sign ? `1${'x'.repeat(59 - digits.length)}` : '') + digits.join('') + 'xxxx'),
  );
const from = fc.record(
  {
    type: fc.constantFrom('RECORD', 'STORY'),
    text: fc.array(text, { maxLength: 2 }),
    date: fc.array(date, { maxLength: 2 }),
    collection: fc.record({
      compare: fc.constantFrom('=', '!='),
      collections: fc.uniqueArray(fc.constantFrom(...collections), { minLength: 1, maxLength: 2 }),
    }),
    status: mask,
  },
  { requiredKeys: [] },
);
const to = fc.record({ collection: fc.constantFrom(...collections), status: mask }, { requiredKeys: [] });
const rule = fc.record(
  {
    databox: fc.constant('Press'),
    action: fc.constantFrom('update', 'update', 'update', 'trash', 'delete'),
    from,
    to,
    active: fc.constantFrom(true, true, true, false),
    snapshot: fc.boolean(),
    maxAffected: fc.integer({ min: 0, max: 6 }),
    inTrash: fc.boolean(),
  },
  { requiredKeys: ['databox', 'action', 'from', 'to'] },
);

/** Settings that are accepted: what the schema refuses never comes to a run. */
const settings = fc
  .record({
    rules: fc.array(rule, { minLength: 1, maxLength: 4 }).map((rules) =>
      rules.map(({ to, inTrash, ...rest }, index) => ({
        ...rest,
        name: `rule ${index}`,
        ...(rest.action === 'update' && { to }),
        ...(rest.action === 'delete' &&
          inTrash && {
            from: { ...rest.from, date: [{ field: '#trashed', direction: 'after', delta: -1 }] },
          }),
      })),
    ),
    snapshot: fc.boolean(),
    batch: fc.integer({ min: 1, max: 7 }),
  })
  .map((input) => moverSettings.safeParse(input))
  .filter((parsed) => parsed.success)
  .map((parsed) => parsed.data);

async function clear(): Promise<void> {
  await library.db.query(
    'truncate library.record, library.original, library.event, library.rule_run, library.rule_refusal cascade',
  );
}

const plain = (outcomes: readonly { what: string }[]) =>
  outcomes.map((outcome) => {
    const { first: _, reason: __, ...rest } = outcome as Record<string, unknown>;
    return rest;
  }) as ModelOutcome[];

test('rules do what a naive model does, and a rehearsal foretells it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(draft, { maxLength: 20 }), settings, async (drafts, settings) => {
      await clear();
      const { db, press } = library;
      const ids = await put(db, press, drafts);
      const before = await readAll(db);
      const model = before.map((record, index) => ({ ...record, values: drafts[index]!.values ?? {} }));
      const declared = settings.rules.map((rule) => ({ name: rule.name, rule }));
      const context = contextOf(db, settings);

      const foretold = await rehearse(db, librarySection.of(context.config), declared, settings);
      expect(await readAll(db)).toEqual(before);

      const { outcomes, stopped } = await carryOut(context, await resolveRules(db, declared), settings);
      expect(stopped).toBe(false);
      const { rows } = await db.query<{ now: Date }>('select now from library.rule_run');
      const { now } = rows[0]!;
      const expected = play(model, settings, { now, later: new Date(now.getTime() + 1), timezone });

      expect(plain(outcomes)).toEqual(expected);
      expect(plain(foretold)).toEqual(expected);
      const state = ({ id, collection, status, trashed }: (typeof model)[number]) =>
        `${id} ${collection} ${status} ${trashed !== null}`;
      const there = await readAll(db);
      expect(there.map((record) => state({ ...record, values: {} }))).toEqual(
        model.filter((record) => !('gone' in record)).map(state),
      );
      const changes = outcomes.flatMap((outcome) =>
        outcome.what === 'done' ? [outcome.moved, outcome.status, outcome.trashed, outcome.deleted] : [],
      );
      expect(await eventsOf(db)).toHaveLength(changes.reduce((sum, n) => sum + n, 0));
      expect(foretold.flatMap(({ first = [] }) => first).every((id) => ids.includes(id))).toBe(true);
      expect((await db.query('select from library.rule_batch')).rowCount).toBe(0);
    }),
    { numRuns: 200 },
  );
}, 300_000);
