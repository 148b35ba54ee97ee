import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needDatabox, findField, type Databox } from '../../../src/library/model/databox.ts';
import { syncLibrary } from '../../../src/library/model/sync.ts';
import { trashRecords } from '../../../src/library/records/change-records.ts';
import { countRecords, findRecords, type RecordFilter } from '../../../src/library/records/find-records.ts';
import { byIds } from '../../../src/library/records/selection.ts';
import { setValues } from '../../../src/library/records/write-values.ts';
import { librarySchema } from '../../../src/library/library-settings.ts';
import { matches, parseMask } from '../../../src/library/status/mask.ts';
import { libraryInstallation, type LibraryInstallation } from '../support/library-installation.ts';
import { writeRecords } from '../support/records.ts';

interface Model {
  id: string;
  collection: string;
  type: 'record' | 'story';
  kind: string;
  status: bigint;
  trashed: boolean;
  titles: string[];
  height: number | undefined;
}

let library: LibraryInstallation;
let photos: Databox;
const all: Model[] = [];

const titles = ['The lake', 'lake', 'Sea', 'a', 'B', 'é', `${'long '.repeat(100)}end`];

beforeAll(async () => {
  library = await libraryInstallation();
  await syncLibrary(
    library.db,
    librarySchema.parse({
      databoxes: {
        photos: {
          collections: { Intake: {}, Done: {}, Empty: {} },
          fields: [
            { name: 'Title', multi: true },
            { name: 'Height', type: 'number' },
          ],
        },
        films: { collections: { Intake: {} }, fields: [{ name: 'Title' }] },
      },
    }),
  );
  photos = await needDatabox(library.db, 'photos');
  const films = await needDatabox(library.db, 'films');
  await writeRecords(library.db, films, [{ collection: 'Intake' }]);
  const random = fc.sample(
    fc.record({
      collection: fc.constantFrom('Intake', 'Done'),
      type: fc.constantFrom('record' as const, 'record' as const, 'story' as const),
      kind: fc.constantFrom('image', 'video'),
      status: fc.constantFrom(0n, 0b10000n, 0b110000n, 0b100001n, 2n ** 63n),
      trashed: fc.constantFrom(false, false, false, true),
      titles: fc.uniqueArray(fc.constantFrom(...titles), { maxLength: 2 }),
      height: fc.option(fc.constantFrom(-1, 0, 2.5, 1000), { nil: undefined }),
    }),
    { numRuns: 80, seed: 7 },
  );
  const ids = await writeRecords(
    library.db,
    photos,
    random.map((each) => ({ ...each, trashed: false })),
  );
  for (const [i, each] of random.entries()) {
    const id = ids[i]!;
    await setValues(
      library.db,
      photos,
      byIds([id]),
      [
        { field: findField(photos, 'Title')!, values: each.titles },
        {
          field: findField(photos, 'Height')!,
          values: each.height === undefined ? [] : [String(each.height)],
        },
      ],
      {},
    );
    if (each.trashed) await trashRecords(library.db, photos, byIds([id]), {});
    all.push({ ...each, id });
  }
});
afterAll(() => library.close());

async function found(filter: RecordFilter, limit?: number): Promise<string[]> {
  const ids: string[] = [];
  const pages = findRecords(library.db, photos, filter, limit === undefined ? {} : { limit });
  for await (const page of pages) ids.push(...page.map(({ id }) => id));
  return ids;
}

const compared = (compare: string, value: string | number, given: string | number) =>
  ({
    '=': value === given,
    '<': value < given,
    '>': value > given,
    '<=': value <= given,
    '>=': value >= given,
  })[compare] ?? false;

/** Conditions as texts, each with what it means for a record. */
const conditions = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('=', '<', '>', '<=', '>='),
      fc.constantFrom('lake', 'Sea', 'a', 'B', 'é', 'zz', titles.at(-1)!),
    )
    .map(([compare, given]) => ({
      text: `title${compare}${given}`,
      holds: (each: Model) => each.titles.some((title) => compared(compare, title, given)),
    })),
  fc.constantFrom('lake', 'Sea').map((given) => ({
    text: `Title!=${given}`,
    holds: (each: Model) => each.titles.length > 0 && !each.titles.includes(given),
  })),
  fc.constantFrom('LAKE', 'long', 'x').map((given) => ({
    text: `Title~${given}`,
    holds: (each: Model) => each.titles.some((title) => title.toLowerCase().includes(given.toLowerCase())),
  })),
  fc
    .tuple(fc.constantFrom('=', '<', '>', '<=', '>='), fc.constantFrom(-1, 0, 2.5, 999))
    .map(([compare, given]) => ({
      text: `Height${compare}${given}`,
      holds: (each: Model) => each.height !== undefined && compared(compare, each.height, given),
    })),
);

test('finds what a look at each record finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record(
        {
          collections: fc.uniqueArray(fc.constantFrom('INTAKE', 'Done', 'Empty'), { minLength: 1 }),
          mask: fc.constantFrom('1xxxx', '0xxxx', '11xxxx', '1xxxx1', `1${'x'.repeat(63)}`, '', '0'),
          type: fc.constantFrom('record' as const, 'story' as const),
          kind: fc.constantFrom('image', 'video'),
          trash: fc.boolean(),
          where: fc.array(conditions, { maxLength: 2 }),
        },
        { requiredKeys: [] },
      ),
      async ({ collections, mask, type, kind, trash = false, where = [] }) => {
        const expected = all
          .filter(
            (each) =>
              each.trashed === trash &&
              (!collections ||
                collections.some((name) => name.toLowerCase() === each.collection.toLowerCase())) &&
              (mask === undefined || matches(each.status, parseMask(mask))) &&
              (!type || each.type === type) &&
              (!kind || each.kind === kind) &&
              where.every(({ holds }) => holds(each)),
          )
          .map(({ id }) => id)
          .reverse();
        const filter: RecordFilter = {
          ...(collections && { collections }),
          ...(mask !== undefined && { status: parseMask(mask) }),
          ...(type && { type }),
          ...(kind && { kind }),
          trash,
          where: where.map(({ text }) => text),
        };
        expect(await found(filter)).toEqual(expected);
        expect(await countRecords(library.db, photos, filter)).toBe(expected.length);
        expect(await found(filter, 3)).toEqual(expected.slice(0, 3));
      },
    ),
    { numRuns: 200 },
  );
});

test.each([
  [{ where: ['Titel=x'] }, /Did you mean Title/],
  [{ where: ['Title'] }, /expected a field, one of/],
  [{ where: ['Height>tall'] }, /Height is a number/],
  [{ collections: ['Inteke'] }, /Did you mean Intake/],
  [{ from: '1 June' }, /expected a date/],
])('%j is told', async (filter, words) => {
  await expect(found(filter)).rejects.toThrow(words);
});

describe('among many records', () => {
  test('a mask is answered by the index on statuses, and pages go on', async () => {
    const { db } = library;
    const big = `insert into library.record (databox_id, collection_id, type, name, status)
      select $1, $2, 'story', 'n', case when n % 500 = 0 then 48 else n % 8 * 2 end from generate_series(1, 100000) n`;
    await db.query(big, [photos.id, photos.collections.find(({ name }) => name === 'Empty')!.id]);
    await db.query('analyze library.record');
    const mask = parseMask('11xxxx');
    const expected = 200 + all.filter((each) => !each.trashed && matches(each.status, mask)).length;
    expect((await found({ status: mask })).length).toBe(expected);
    expect((await found({ status: parseMask('0'), collections: ['Empty'] }, 2_500)).length).toBe(2_500);

    const plans: string[] = [];
    const query = db.query.bind(db) as (...args: unknown[]) => Promise<{ rows: Record<string, string>[] }>;
    const explaining = {
      query: async (text: string, values: unknown[]) => {
        const plan = await query(`explain ${text}`, values);
        plans.push(plan.rows.map((row) => row['QUERY PLAN']).join('\n'));
        return query(text, values);
      },
    };
    for await (const _ of findRecords(explaining as never, photos, { status: mask })) break;
    expect(plans.join('\n')).toMatch(/record_by_status/);
    expect(plans.join('\n')).not.toMatch(/Seq Scan on record\b/);
  });
});
