import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cards, openLedger, type LedgerAtWork } from '../exports/run/support.ts';
import { commandInstallation, type CommandInstallation } from '../support/command-installation.ts';

/** `regie export` as an operator sees it, without a server: what is read from the ledger, rehearsals, starters, faults. */

let ledger: LedgerAtWork;
let at: CommandInstallation;

beforeAll(async () => {
  ledger = await openLedger({
    cards: cards('', "businessDay === '2026-11-19' ? hold('look at it') : deliver()").replace(
      'check(file)',
      'check(file, { businessDay })',
    ),
  });
  const names = ['cards', 'broken', 'lost', 'ending'].map((name) =>
    path.join(ledger.root, `exports/${name}.ts`),
  );
  ledger.write('exports/broken.ts', 'export default class {');
  ledger.write('exports/lost.ts', cards().replace("['out']", "['ouut']"));
  ledger.write('exports/ending.ts', cards().replace('timezone:', "period: 'operation', timezone:"));
  at = commandInstallation(
    ledger.url,
    `{ installation: 'test', destinations: { out: { type: 'directory', folder: ${JSON.stringify(path.join(ledger.root, 'out'))} } },
       exports: { canal: ${JSON.stringify(names)} } }`,
  );
  for (const day of ['2026-11-18', '2026-11-19', '2026-11-20']) await ledger.run({ now: `${day}T04:00:00Z` });
});
afterAll(async () => {
  at.remove();
  await ledger.close();
});

const regie = (...args: string[]) => at.regie('export', ...args);

test('list tells what each module says of itself, and how its last file went', async () => {
  const { out, code } = await regie('list');
  expect(code).toBe(0);
  expect(out).toMatch(
    /^cards +canal +day, 04:00-08:00 Africa\/Dakar +cards_\{yyyy\}\{MM\}\{dd\}\.csv +out +2026-11-20 delivered$/m,
  );
  expect(out).toMatch(/^ending +canal +operation, on demand/m);
  expect(out).toMatch(/^broken +canal +broken +the export broken cannot be loaded: .*broken\.ts/m);
});

test('ledger is a calendar, with what waits for somebody below it', async () => {
  const { out } = await regie('ledger', 'CARDS', '--month', '2026-11');
  expect(out).toBe(`2026-11
 Mo   Tu   We   Th   Fr   Sa   Su
                                1
  2    3    4    5    6    7    8
  9   10   11   12   13   14   15
 16   17   18+  19H  20+  21   22
 23   24   25   26   27   28   29
 30

+ delivered   H held

${out.split('\n\n')[2]}`);
  expect(out.split('\n\n')[2]).toMatch(/^WHICH +STATE .*\n2026-11-19 +held .* look at it\n$/);
  expect((await regie('ledger', 'cards', '--month', '2026-11', '--json')).json()).toMatchObject([
    { key: '2026-11-18', state: 'delivered', edition: 1 },
    { key: '2026-11-19', state: 'held', reason: 'look at it' },
    { key: '2026-11-20', state: 'delivered' },
  ]);
  expect((await regie('ledger', 'cards', '--month', '2026-10')).out).toBe(
    'cards has nothing in its ledger in 2026-10.\n',
  );
  expect(await regie('ledger', 'cards', '--month', '2026-13')).toMatchObject({
    code: 2,
    err: '--month 2026-13 is no month; expected one such as 2026-10.\n',
  });
});

test('show tells all of one: file, recipients, events', async () => {
  const { out } = await regie('show', 'cards', '2026-11-18');
  expect(out).toMatch(
    /^cards 2026-11-18: delivered\n +\S+\/data\/exports\/canal\/cards_20261118\.csv\n +edition 1, 1 rows, \d+ bytes\n +sha256 [0-9a-f]{64}\n/,
  );
  expect(out).toMatch(/^out +\S+\/out +1 +delivered +1 /m);
  expect(out).toMatch(/ begun +run\/cards-1 +by its schedule\n.* produced .*\n.* sent .*\n.* delivered /);
  expect((await regie('show', 'cards')).out).toMatch(/^cards 2026-11-20: delivered/);
  expect(await regie('show', 'cards', '2026-01-01')).toMatchObject({
    code: 2,
    err: 'cards has no 2026-01-01 in its ledger: `regie export ledger cards` shows what there is.\n',
  });
});

test('a dry run makes the file apart, shows its rows, and no ledger knows of it', async () => {
  const { out, code } = await regie('run', 'cards', '--day', '2026-11-17', '--dry-run');
  expect(code).toBe(0);
  expect(out).toMatch(
    /^day +from\n2026-11-17 +2026-11-16\n\n1 rows, \d+ bytes; its check would deliver it\.\nA preview: /,
  );
  const preview = path.join(at.root, 'data/exports/preview/canal/cards_20261117.csv');
  expect(readFileSync(preview, 'utf8')).toBe('day;from\r\n2026-11-17;2026-11-16\r\n');
  expect(readdirSync(path.join(at.root, 'data/exports/.work'))).toEqual([]);
  expect((await ledger.periods()).map(({ key }) => key)).not.toContain('2026-11-17');
  expect(readdirSync(path.join(ledger.root, 'out'))).toEqual(['cards_20261118.csv', 'cards_20261120.csv']);
  expect((await regie('run', 'cards', '--day', '2026-11-19', '--dry-run')).out).toMatch(
    /its check would hold it: look at it\./,
  );
  expect(await regie('run', 'cards', '--day', 'yesterday', '--dry-run')).toMatchObject({
    code: 2,
    err: 'cards: "yesterday" is no day; expected one such as 2026-11-20.\n',
  });
  expect(await regie('run', 'cards', '--rows', '5')).toMatchObject({ code: 2 });
  expect(await regie('run', 'broken', '--dry-run')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^the export broken cannot be loaded/) as string,
  });
});

test('check names what is broken, and destinations that there are not', async () => {
  const { code, out } = await regie('check');
  expect(code).toBe(1);
  expect(out).toMatch(
    /^ok {6}cards\nBROKEN {2}the export broken cannot be loaded: .*\nBROKEN {2}the export lost: target\.deliver: the configuration has no destination ouut; expected one of out\nok {6}ending\n$/,
  );
  expect(await regie('check', 'cards')).toMatchObject({ code: 0, out: 'ok      cards\n' });
});

test('doctor tells of broken exports too', async () => {
  const { out } = await at.regie('doctor');
  expect(out).toMatch(/the export broken cannot be loaded/);
  expect(out).toMatch(/the configuration has no destination ouut/);
});

test('new writes a starter that checks well, and never over a file', async () => {
  const { code, out } = await regie('new', 'fresh-cards');
  expect(code).toBe(0);
  expect(out).toMatch(/^Written: exports\/fresh-cards\.ts, and its test exports\/fresh-cards\.test\.ts\.\n/);
  expect(await regie('new', 'fresh-cards')).toMatchObject({
    code: 2,
    err: 'exports/fresh-cards.ts exists already; choose another name, or remove it first.\n',
  });
});

test('an export that there is not is told with the nearest name', async () => {
  expect(await regie('ledger', 'card')).toMatchObject({
    code: 4,
    err: 'No task is called "card". Did you mean cards?\n',
  });
});
