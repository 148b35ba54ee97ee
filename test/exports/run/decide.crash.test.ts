import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { attention } from '../../../src/exports/ledger/export-attention.ts';
import { confirm, discard, redeliver, release } from '../../../src/exports/ledger/decide-period.ts';
import { cards, openLedger, type LedgerAtWork } from './support.ts';

/** What operators decide: held files, refused and unknown deliveries, and making again what is there. */

let ledger: LedgerAtWork;
afterEach(() => ledger.close());

const out = () => readdirSync(path.join(ledger.root, 'out')).sort();
const tick = (day: string) => ({ now: `${day}T04:00:00Z` });
const kept = (name: string) => path.join(ledger.root, 'data/exports/canal', name);

test('a file that its check holds waits for release or discard', async () => {
  ledger = await openLedger({
    cards: cards('', "file.rows === 333 ? deliver() : hold('333 lines expected, got ' + file.rows)"),
  });
  expect(await ledger.run(tick('2026-11-19'))).toMatchObject({
    outcome: 'done',
    counts: { held: 1, delivered: 0 },
  });
  await ledger.run(tick('2026-11-20'));
  // Neither a later tick nor a request makes it again.
  expect(await ledger.run({ now: '2026-11-20T05:00:00Z' })).toMatchObject({ outcome: 'idle' });
  await expect(ledger.ask({ day: '2026-11-20' }, '2026-11-20T12:00:00Z')).rejects.toThrow(
    /^2026-11-20 is held: 333 lines expected, got 1; release or discard it/,
  );
  expect(await attention(ledger.context())).toMatchObject({
    count: 2,
    latest: [{ text: '2026-11-20 is held by its check: 333 lines expected, got 1' }, {}],
    how: expect.stringContaining('regie incidents --task cards'),
  });
  await expect(release(ledger.context(), {}, 'me@here')).rejects.toThrow(
    'which? 2026-11-19 (held), 2026-11-20 (held)',
  );
  await expect(release(ledger.context(), { period: '2026-11-18' }, 'me@here')).rejects.toThrow(
    /^there is no 2026-11-18/,
  );
  expect(await release(ledger.context(), { period: '2026-11-19', reason: 'counted' }, 'me@here')).toEqual({
    text: '2026-11-19 is released',
    start: true,
  });
  expect(out()).toEqual([]);
  await ledger.run({ now: '2026-11-20T12:00:00Z', trigger: true, options: { by: 'me@here' } });
  expect(out()).toEqual(['cards_20261119.csv']);
  expect(await discard(ledger.context(), { reason: 'wrong campaign' }, 'me@here')).toEqual({
    text: '2026-11-20 is discarded',
  });
  expect(await ledger.run({ now: '2026-11-20T06:00:00Z' })).toMatchObject({ outcome: 'idle' });
  expect(await ledger.periods()).toMatchObject([
    { state: 'delivered' },
    { state: 'discarded', reason: 'wrong campaign' },
  ]);
  expect(await ledger.events('2026-11-19')).toEqual(['begun', 'held', 'released', 'sent', 'delivered']);
  expect(out()).toEqual(['cards_20261119.csv']);
});

test('a check that refuses a file fails the run and leaves no file', async () => {
  ledger = await openLedger({ cards: cards('', "fail('no cards')") });
  await expect(ledger.run(tick('2026-11-20'))).rejects.toThrow(
    /its check says: no cards; it is tried again at/,
  );
  expect(await ledger.files('2026-11-20')).toEqual([]);
  expect(readdirSync(path.join(ledger.root, 'data/exports/.work/cards'))).toEqual([]);
});

test('forced, a day is made again beside the first file, and that is written down', async () => {
  ledger = await openLedger({ cards: cards() });
  await ledger.run(tick('2026-11-20'));
  await expect(ledger.ask({ day: '2026-11-20' }, '2026-11-20T12:00:00Z')).rejects.toThrow(
    /^2026-11-20 was delivered .*; --force makes and delivers it again$/,
  );
  const first = readFileSync(path.join(ledger.root, 'out/cards_20261120.csv'));
  ledger.write('exports/cards.ts', cards("yield ['one more', ''];"));
  expect(await ledger.ask({ day: '2026-11-20', force: true }, '2026-11-20T12:00:00Z')).toMatchObject({
    outcome: 'done',
  });
  expect(out()).toEqual(['cards_20261120-2.csv', 'cards_20261120.csv']);
  expect(readFileSync(path.join(ledger.root, 'out/cards_20261120.csv'))).toEqual(first);
  expect(await ledger.files('2026-11-20')).toMatchObject([
    { edition: 2, rows: 2 },
    { edition: 1, rows: 1 },
  ]);
  expect(await ledger.events('2026-11-20')).toEqual([
    'begun',
    'produced',
    'sent',
    'delivered',
    'forced',
    'begun',
    'produced',
    'sent',
    'delivered',
  ]);
});

test('a foreign file under its name is neither overwritten nor taken for its own; the export goes on when it is gone', async () => {
  ledger = await openLedger({ cards: cards() });
  mkdirSync(path.dirname(kept('x')), { recursive: true });
  writeFileSync(kept('cards_20261120.csv'), 'somebody else');
  await expect(ledger.run(tick('2026-11-20'))).rejects.toThrow(
    /is another file; move it away, and the export goes on/,
  );
  expect(readFileSync(kept('cards_20261120.csv'), 'utf8')).toBe('somebody else');
  expect(out()).toEqual([]);
  rmSync(kept('cards_20261120.csv'));
  expect(await ledger.run({ now: '2026-11-20T05:00:00Z' })).toMatchObject({ counts: { delivered: 1 } });
  expect(out()).toEqual(['cards_20261120.csv']);
  expect(await ledger.events('2026-11-20')).toEqual(['begun', 'produced', 'no name', 'sent', 'delivered']);
});

test('a destination that is away is tried again at the next tick, with the same file', async () => {
  ledger = await openLedger({ cards: cards() });
  rmSync(path.join(ledger.root, 'out'), { recursive: true });
  await expect(ledger.run(tick('2026-11-20'))).rejects.toThrow(/^2026-11-20 is not delivered: out/);
  expect(await ledger.periods()).toMatchObject([{ state: 'produced' }]);
  expect((await attention(ledger.context())).latest[0]?.text).toMatch(
    /^2026-11-20 is made but not delivered: out/,
  );
  mkdirSync(path.join(ledger.root, 'out'));
  ledger.write('exports/cards.ts', cards("throw new Error('it must not be made again');"));
  await ledger.run({ now: '2026-11-20T05:00:00Z' });
  expect(out()).toEqual(['cards_20261120.csv']);
  expect(await ledger.periods()).toMatchObject([{ state: 'delivered', reason: null }]);
});

test('a file that is made goes out though its module has been broken since', async () => {
  ledger = await openLedger({ cards: cards() });
  rmSync(path.join(ledger.root, 'out'), { recursive: true });
  await expect(ledger.run(tick('2026-11-20'))).rejects.toThrow(/is not delivered/);
  mkdirSync(path.join(ledger.root, 'out'));
  ledger.write('exports/cards.ts', 'export default class {');
  await expect(ledger.run({ now: '2026-11-20T05:00:00Z', zone: 'Africa/Dakar' })).rejects.toThrow(
    /^the export cards cannot be loaded/,
  );
  expect(out()).toEqual(['cards_20261120.csv']);
  expect(await ledger.periods()).toMatchObject([{ state: 'delivered' }]);
});

test('a destination that the configuration does not have is named, with those there are', async () => {
  ledger = await openLedger({ cards: cards().replace("['out']", "['ouut']") });
  await expect(ledger.run(tick('2026-11-20'))).rejects.toThrow(
    /ouut.*the configuration has no destination ouut; expected one of out/,
  );
});

test('nobody is sent to again of whom nobody knows, but by force; confirmed, it is over', async () => {
  ledger = await openLedger({ cards: cards() });
  await ledger.run(tick('2026-11-20'));
  await ledger.db.query("update export.delivery set state = 'unknown'");
  await ledger.db.query("update export.period set state = 'unknown'");
  await expect(redeliver(ledger.context(), {}, 'me@here')).rejects.toThrow(
    /perhaps for the second time: --force$/,
  );
  expect(await confirm(ledger.context(), { reason: 'they rang' }, 'me@here')).toEqual({
    text: '2026-11-20 is confirmed',
    start: false,
  });
  expect(await ledger.periods()).toMatchObject([{ state: 'delivered' }]);
  await expect(confirm(ledger.context(), {}, 'me@here')).rejects.toThrow('nothing of it is unknown');

  await expect(redeliver(ledger.context(), { period: '2026-11-20' }, 'me@here')).rejects.toThrow(
    /to send it again: --force$/,
  );
  rmSync(path.join(ledger.root, 'out/cards_20261120.csv'));
  expect(await redeliver(ledger.context(), { period: '2026-11-20', force: true }, 'me@here')).toEqual({
    text: '2026-11-20 is sent again',
    start: true,
  });
  // What was said of the send before is not said of this one.
  expect(await ledger.deliveries('2026-11-20')).toMatchObject([{ state: 'pending', note: null }]);
  await ledger.run({ now: '2026-11-20T12:00:00Z', trigger: true, options: { by: 'me@here' } });
  expect(out()).toEqual(['cards_20261120.csv']);
  expect(await ledger.events('2026-11-20')).toContain('redelivery forced');
});

test('one that fails does not stop the others that were asked for', async () => {
  ledger = await openLedger({
    cards: cards("if (businessDay === '2026-11-17') throw new Error('no rows');"),
  });
  await expect(ledger.ask({ from: '2026-11-16', to: '2026-11-18' }, '2026-11-20T12:00:00Z')).rejects.toThrow(
    /^2026-11-17: .*no rows; it is still missed$/,
  );
  expect((await ledger.periods()).map(({ state }) => state)).toEqual(['delivered', 'missed', 'delivered']);
});

test('destinations are served in the order of the target, and one that fails does not stop the next', async () => {
  ledger = await openLedger(
    { cards: cards().replace("['out']", "['zeta', 'away', { to: 'alpha', folder: 'out/{yyyy}' }]") },
    {
      destinations: {
        alpha: { type: 'directory', folder: 'elsewhere' },
        away: { type: 'directory', folder: 'not-mounted' },
        zeta: { type: 'directory', folder: 'out' },
      },
    },
  );
  await expect(ledger.run(tick('2026-11-20'))).rejects.toThrow(/^2026-11-20 is not delivered: away /);
  const { rows } = await ledger.db.query<{ text: string }>(
    "select text from export.event where what = 'sent' or what like 'delivery %' order by id",
  );
  const where = (text: string) =>
    text.includes('not-mounted') ? 'away' : /out\/./.test(text) ? 'alpha' : 'zeta';
  expect(rows.map(({ text }) => where(text))).toEqual(['zeta', 'away', 'alpha']);
  expect(
    (await ledger.deliveries('2026-11-20')).map(({ destination, state }) => `${destination} ${state}`),
  ).toEqual([
    'zeta delivered',
    expect.stringMatching(/^away (failed|refused)$/) as string,
    'alpha delivered',
  ]);
  expect(out()).toEqual(['2026', 'cards_20261120.csv']);
});
