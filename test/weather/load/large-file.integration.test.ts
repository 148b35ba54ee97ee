import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryA, itemA, openLoader, type Loader } from './support.ts';

const MIB = 2 ** 20;
const stopOf = (n: number) => new Date(Date.UTC(2015, 0, 1, 0, 5 * n)).toISOString().slice(0, 19);

let loader: Loader;
beforeEach(async () => {
  // Everything counts as large.
  loader = await openLoader({ settings: { streamBytes: 1 } });
});
afterEach(() => loader.close());

const errorOf = (name: string) =>
  JSON.parse(readFileSync(path.join(loader.folders.failed, `${name}.error.json`), 'utf8')) as Record<
    string,
    unknown
  >;

describe('a file too large for the memory', () => {
  it('of 40 MB is loaded item by item, in one transaction', async () => {
    await loader.close();
    loader = await openLoader();
    const draft = path.join(loader.folders.inbox, '.draft');
    mkdirSync(loader.folders.inbox, { recursive: true });
    const fd = openSync(draft, 'w');
    const padding = ' '.repeat(2_000);
    let bytes = writeSync(fd, '[{"data": [');
    let items = 0;
    for (; bytes < 40 * MIB; items += 1) {
      const item = JSON.stringify(itemA(stopOf(items), { out_temp: 20, rain: items % 7 === 0 ? 'x' : 1 }));
      bytes += writeSync(fd, `${items === 0 ? '' : ','}${padding}${item}`);
    }
    // What belongs to the entry may stand after its items.
    writeSync(fd, '], "meteor": "MTG280"}]');
    closeSync(fd);
    renameSync(draft, path.join(loader.folders.inbox, 'large.json'));
    const report = await loader.run();
    const bad = Math.ceil(items / 7);
    expect(report.counts).toEqual({ files: 1, loaded: items - bad, rejected: bad });
    expect(
      await loader.query(
        'select count(*)::int, count(distinct xmin::text)::int as transactions from weather.observation',
      ),
    ).toEqual([{ count: items - bad, transactions: 1 }]);
  });

  it('is judged like a small one: repetitions, replacements, places, aggregates', async () => {
    const item = (n: number, rain: number, more = {}) => itemA(stopOf(n), { rain }, more);
    loader.put('1.json', [
      entryA('MTG280', item(1, 1), item(2, 2)),
      entryA('MTG280', item(2, 3), item(1, 4, { update_me: true })),
    ]);
    loader.put('2.json', {
      data: [item(2, 5), item(3, 6), { aggregations: [{ level: 'D', start_dat: stopOf(0), rain_sum: 1 }] }],
      meteor: 'MTG280',
    });
    loader.put('3.json', [
      { meteor: 'MTG280', data: [] },
      7,
      { data: [item(9, 9)] },
      entryA('MTG280', item(4, 7)),
    ]);
    loader.put('4.json', {
      data: [{ stop_dat: stopOf(5), duration: 5, start_dat: stopOf(4), valeurs: { rain: 1 } }],
      info: { json_type: 'H' },
      meteor: 'MTG320',
    });
    expect((await loader.run()).counts).toEqual({
      files: 4,
      loaded: 4,
      skipped: 1,
      replaced: 1,
      aggregates: 2,
      rejected: 4,
    });
    expect(
      (await loader.query('select rain from weather.observation order by stop')).map(
        (row) => (row as { rain: number }).rain,
      ),
    ).toEqual([4, 2, 6, 7]);
    const incidents = await loader.query<{ reason: string }>('select reason from regie.incident order by id');
    expect(incidents.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('entry 1, item 0 (2015-01-01T00:10:00)'),
      expect.stringContaining(
        '3 of 4 refused, the others are loaded; first: entry 0: data; expected an array of at least one item',
      ),
    ]);
  });

  it('fails where a small one does, with nothing of it in the database', async () => {
    const item = (n: number) => JSON.stringify(itemA(stopOf(n), { rain: 1 }));
    loader.put('broken.json', `[{"meteor": "MTG280",\n "data": [${item(1)},\n ${item(2)}, oops`);
    loader.put('cut.json', `[{"meteor": "MTG280", "data": [${item(1)}`);
    loader.put('mixed.json', [
      entryA('MTG280', itemA(stopOf(1), {})),
      entryA('MTG320', itemA(stopOf(1), {})),
    ]);
    loader.put('who.json', [entryA('XYZ', itemA(stopOf(1), {}))]);
    loader.put('bad.json', [entryA('MTG280', itemA(stopOf(1), { rain: 'x' }))]);
    expect((await loader.run()).counts).toEqual({ files: 5, loaded: 0, rejected: 1, failed: 5 });
    expect(await loader.query('select 1 from weather.observation')).toEqual([]);
    expect(errorOf('unknown/broken.json')).toMatchObject({
      what: 'broken-json',
      reason: expect.stringContaining('not JSON from line 3, column'),
      position: { near: expect.stringContaining('oops') },
    });
    expect(errorOf('unknown/cut.json')).toMatchObject({ what: 'broken-json' });
    expect(errorOf('unknown/mixed.json')).toMatchObject({ what: 'mixed-stations' });
    expect(errorOf('unknown/who.json')).toMatchObject({ what: 'unknown-station' });
    expect(errorOf('MTG280/bad.json')).toMatchObject({ what: 'all-refused' });
  });

  it('is rolled back as a whole when the run is aborted', async () => {
    const controller = new AbortController();
    loader.put('x.json', [entryA('MTG280', itemA(stopOf(1), {}))]);
    const run = loader.run({
      signal: controller.signal,
      onProgress: ({ step }) => step.includes('items') && controller.abort(new Error('no more')),
    });
    // The last chunk is written when the signal comes: the commit is not waited for any more.
    await run.catch(() => undefined);
    await loader.run();
    expect(await loader.query('select count(*)::int from weather.observation')).toEqual([{ count: 1 }]);
  });
});
