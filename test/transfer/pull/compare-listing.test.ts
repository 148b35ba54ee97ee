import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compare,
  isSameVersion,
  type LedgerFile,
  type RemoteFile,
} from '../../../src/transfer/pull/compare-listing.ts';

const file = (path: string, size = 1, modified = '20260101000000'): RemoteFile => ({
  path,
  size,
  modified,
  listed: null,
});
const row = (path: string, more: Partial<LedgerFile> = {}): LedgerFile => ({
  ...file(path),
  id: path,
  since: new Date(0),
  state: 'seen',
  incident: null,
  held: false,
  notBefore: null,
  goneSince: null,
  placedAt: null,
  target: null,
  replaces: null,
  ...more,
});
const ledger = (...rows: LedgerFile[]) => new Map(rows.map((each) => [each.path, each]));
const at = (ms: number) => ({ start: new Date(ms), stableFor: 1_000, listed: () => true });
const paths = (rows: readonly RemoteFile[]) => rows.map(({ path }) => path);

describe('a listing compared with the ledger', () => {
  it('tells what is new, another, ready, young, here already, and gone', () => {
    const found = compare(
      [file('new'), file('other', 2), file('ready'), file('young'), file('here'), file('watched')],
      ledger(
        row('other'),
        row('ready'),
        row('young', { since: new Date(500) }),
        row('here', { state: 'placed', placedAt: new Date(0) }),
        row('watched', { state: 'placed', placedAt: new Date(500) }),
        row('gone'),
      ),
      at(1_000),
    );
    expect(Object.fromEntries(Object.entries(found).map(([what, rows]) => [what, paths(rows)]))).toEqual({
      fresh: ['new', 'other'],
      replaced: ['other'],
      gone: ['gone'],
      ready: ['ready'],
      young: ['young'],
      placed: ['here'],
      watched: ['watched'],
      held: [],
    });
  });

  it('goes by markers alone, where the task asks for them', () => {
    const rows = ledger(row('old'), row('young', { since: new Date(900) }), row('empty', { size: 0 }));
    const found = compare([file('old'), file('young'), file('empty', 0)], rows, {
      ...at(1_000),
      complete: new Set(['young', 'empty']),
    });
    expect([paths(found.ready), paths(found.young)]).toEqual([['young', 'empty'], ['old']]);
  });

  it('lets an empty file wait twenty times as long: an upload may have just begun', () => {
    const empty = ledger(row('empty', { size: 0 }));
    expect(paths(compare([file('empty', 0)], empty, at(19_999)).young)).toEqual(['empty']);
    expect(paths(compare([file('empty', 0)], empty, at(20_000)).ready)).toEqual(['empty']);
  });

  it.each([
    [{ notBefore: new Date(2_000) }, false],
    [{ notBefore: new Date(500) }, true],
    [{ held: true, notBefore: new Date(500) }, false],
    [{ held: true, notBefore: null }, false],
  ] as const)('tries a file that failed when its incident says so: %j', (incident, tried) => {
    const { ready, held } = compare([file('a')], ledger(row('a', incident)), at(1_000));
    expect(paths(ready)).toEqual(tried ? ['a'] : []);
    expect(paths(held)).toEqual(tried ? [] : ['a']);
  });

  it('tries one that is dead when it is another file by now', () => {
    const { fresh } = compare([file('a', 2)], ledger(row('a', { held: true })), at(1_000));
    expect(paths(fresh)).toEqual(['a']);
  });

  it('does not believe that files are gone of which it could not look', () => {
    const found = compare([], ledger(row('sub/a'), row('b')), {
      ...at(1_000),
      listed: (path) => !path.startsWith('sub/'),
    });
    expect(paths(found.gone)).toEqual(['b']);
  });

  it('leaves alone what is on its way into place', () => {
    const found = compare(
      [file('a', 2)],
      ledger(row('a', { state: 'placing' }), row('b', { state: 'placing' })),
      at(1_000),
    );
    expect(found).toMatchObject({ fresh: [], replaced: [], gone: [] });
  });
});

/** What a server has at some moments, and when it is looked at. */
const history = fc.array(
  fc.record({
    wait: fc.integer({ min: 0, max: 3_000 }),
    files: fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.record({ size: fc.integer({ min: 0, max: 2 }), modified: fc.constantFrom('1', '2') }),
    ),
  }),
  { maxLength: 12 },
);

it('a file is ready exactly when all looks since a settled time saw the same of it', () => {
  fc.assert(
    fc.property(history, fc.integer({ min: 0, max: 4_000 }), (looks, stableFor) => {
      let now = 0;
      const rows = new Map<string, LedgerFile>();
      const seen: { at: number; files: Map<string, RemoteFile> }[] = [];
      for (const { wait, files } of looks) {
        now += wait;
        const listing = Object.entries(files).map(([path, { size, modified }]) => file(path, size, modified));
        const found = compare(listing, rows, { start: new Date(now), stableFor, listed: () => true });
        // What a run would do, but for fetching: new rows are as old as the end of the listing.
        for (const { path } of [...found.replaced, ...found.gone]) rows.delete(path);
        for (const each of found.fresh)
          rows.set(each.path, row(each.path, { ...each, since: new Date(now) }));
        const ready = new Set(paths(found.ready));
        for (const each of listing) {
          let first: number | undefined;
          for (const look of [...seen].reverse()) {
            const then = look.files.get(each.path);
            if (!then || !isSameVersion(each, then)) break;
            first = look.at;
          }
          const long = each.size === 0 ? 20 * stableFor : stableFor;
          expect(ready.has(each.path)).toBe(first !== undefined && now - first >= long);
        }
        seen.push({ at: now, files: new Map(listing.map((each) => [each.path, each])) });
      }
    }),
  );
});
