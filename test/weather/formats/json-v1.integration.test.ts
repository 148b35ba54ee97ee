import { afterEach, describe, expect, it } from 'vitest';
import { snapshot } from '../load/snapshot.ts';
import { itemA, openLoader, type Loader } from '../load/support.ts';
import { jsonV1, observations, rejectsOf } from './support.ts';

let loader: Loader;
afterEach(() => loader?.close());

const open = (settings: object = {}) => openLoader({ settings: { formats: [jsonV1], ...settings } });

const at = (time: string) => `2019-06-11T${time}:00`;
const rains = async () => (await observations(loader, 'rain')).map(({ stop, rain }) => [stop, rain]);

describe.each([
  ['in memory', {}],
  ['streamed', { streamBytes: 1 }],
])('a document before version 2, %s', (_, settings) => {
  it('may hold one bare item in each entry, of both layouts of values', async () => {
    loader = await open(settings);
    loader.put('a.v1.json', {
      data: itemA(at('10:05'), { rain: 1 }),
      info: { title: 'x' },
      meteor: 'MTG280',
    });
    loader.put('b.v1.json', [
      { meteor: 'MTG280', data: { stop_dat: at('10:10'), duration: 5, valeurs: { rain: 2 } } },
      { meteor: 'MTG280', data: { stop_dat: at('10:15'), duration: 5, valeurs: { rain: 3 } } },
    ]);
    loader.put('c.v1.json', {
      meteor: 'MTG280',
      data: { start_dat: at('09:00'), duration: 60, valeurs: { rain_sum: 4 } },
      info: { json_type: 'H' },
    });
    expect((await loader.run()).counts).toEqual({ files: 3, loaded: 3, aggregates: 1 });
    expect(await rains()).toEqual([
      ['2019-06-11 06:05', 1],
      ['2019-06-11 06:10', 2],
      ['2019-06-11 06:15', 3],
    ]);
  });

  it('may hold items by number, or by time, which is theirs where they have none', async () => {
    loader = await open(settings);
    loader.put('a.v1.json', {
      meteor: 'MTG280',
      data: { 0: itemA(at('10:05'), { rain: 1 }), 1: itemA(at('10:10'), { rain: 2 }) },
    });
    loader.put('b.v1.json', {
      data: {
        [at('10:15')]: { current: { duration: 5, rain: 3 } },
        other: itemA(at('10:20'), { rain: 4 }),
      },
      meteor: 'MTG280',
    });
    loader.put('c.v1.json', { meteor: 'MTG280', data: [itemA(at('10:25'), { rain: 5 })] });
    expect((await loader.run()).counts).toEqual({ files: 3, loaded: 5 });
    expect((await rains()).map(([, rain]) => rain)).toEqual([1, 2, 3, 4, 5]);
  });

  it('costs only what is wrong in it', async () => {
    loader = await open(settings);
    loader.put('a.v1.json', [
      {
        meteor: 'MTG280',
        data: {
          0: itemA(at('10:05'), { rain: 'x' }),
          soon: { current: { duration: 5, rain: 1 } },
          2: itemA(at('10:10'), { rain: 2 }),
          3: 'nothing',
        },
      },
      { meteor: 'MTG280', data: {} },
      { meteor: 'MTG280', data: 7 },
    ]);
    loader.put('broken.v1.json', '{"meteor": "MTG280", "data": {"0": ');
    loader.put('who.v1.json', { meteor: 'XYZ', data: itemA(at('10:05'), {}) });
    expect((await loader.run()).counts).toMatchObject({ files: 3, loaded: 1, rejected: 5, failed: 2 });
    const rejects = rejectsOf(loader, 'archive/MTG280/2019/06/a.v1.json.rejects.json');
    expect(rejects).toHaveLength(5);
    expect(rejects.join('\n')).toContain('entry 0, item 0 (2019-06-11T10:05:00): current.rain = "x"');
    expect(rejects.join('\n')).toContain('(soon): stop_dat = "soon"; expected a time');
    expect(rejects.join('\n')).toContain('entry 1: data');
    expect(rejects.join('\n')).toMatch(/entry 2: data.*; expected an item, or an object or an array of/);
  });
});

it('a document before version 2 is the same in memory and streamed, and as the newer layout has it', async () => {
  const items = Array.from({ length: 5_000 }, (_, n) =>
    itemA(new Date(Date.UTC(2015, 0, 1, 0, 5 * n)).toISOString().slice(0, 19), {
      rain: n % 7 === 0 ? 'x' : n,
      moon: n,
    }),
  );
  const results: unknown[] = [];
  for (const settings of [{}, { streamBytes: 1 }, { formats: [] }]) {
    loader = await open(settings);
    const data = 'formats' in settings ? items : Object.fromEntries(items.entries());
    loader.put('a.v1.json', { data, meteor: 'MTG280' });
    await loader.run();
    const { archive: _, files: __, ...rest } = (await snapshot(loader)) as Record<string, unknown>;
    results.push(rest);
    await loader.close();
  }
  expect(results[0]).toMatchObject({ observations: { length: 5_000 - 715 } });
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
  loader = undefined as never;
});
