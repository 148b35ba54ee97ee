import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/exports/api/cell.ts';
import { noOffice, office } from './support/office.ts';
import { readBack, table, written } from './support/written.ts';

const types = ['xlsx', 'xls'] as const;

function* numbers(count: number): Generator<Row> {
  for (let i = 1; i <= count; i += 1) yield [i];
}

describe.each(types)('the bounds of an .%s file', (type) => {
  test('are those of its columns', async () => {
    const most = { xls: 256, xlsx: 16_384 }[type];
    const wide = (width: number) =>
      table(
        'wide',
        Array.from({ length: width }, (_, i) => `c${i}`),
        [],
      );
    const { path } = await written(type, [wide(most)]);
    expect((await readBack(path))['wide']![0]).toHaveLength(most);
    await expect(written(type, [wide(most + 1)])).rejects.toThrow(
      `the header of sheet "wide" has ${most + 1} columns; an .${type} file holds ${most} at most`,
    );
  });

  test('hold the widest rows of the longest texts', async () => {
    const header = Array.from({ length: 256 }, (_, i) => `c${i}`);
    const rows = [255, 256].map((length) => header.map(() => 'é€'.repeat(length).slice(0, length)));
    const { path } = await written(type, [table('A', header, [...rows, ...rows])]);
    expect((await readBack(path))['A']).toEqual([header, ...rows, ...rows]);
  });

  test('hold more than the header of a compound file has room to say', async () => {
    // 109 sectors of its table, for 7 MB, are named in the header; 127 more, for 8 MB, in one further sector.
    const text = (i: number) => `${i} ${'é'.repeat(32_000)}`;
    const rows = Array.from({ length: 500 }, (_, i) => [text(i)]);
    const { path } = await written(type, [table('A', ['id'], rows)]);
    expect((await readBack(path))['A']!.slice(1)).toEqual(rows);
  });

  test('end a preview at its limit, and ask for no more rows', async () => {
    let asked = 0;
    let ended = false;
    function* rows(): Generator<Row> {
      try {
        for (;;) yield [(asked += 1)];
      } finally {
        ended = true;
      }
    }
    const outcome = await written(type, [table('A', ['id'], rows()), table('B', ['id'], [[1]])], {
      limit: 3,
    });
    expect({ asked, ended, rows: outcome.rows }).toEqual({ asked: 3, ended: true, rows: 3 });
    expect(await readBack(outcome.path)).toEqual({ A: [['id'], [1], [2], [3]], B: [['id']] });
  });

  test('tell how many rows there are, and stop when asked to', { timeout: 60_000 }, async () => {
    const told: number[] = [];
    const progress = (rows: number) => told.push(rows);
    const { path } = await written(type, [table('A', ['id'], numbers(5_000))], { progress });
    expect(told.at(-1)).toBe(5_000);
    expect(told.length).toBeGreaterThan(1);
    const stop = new AbortController();
    const file = `${path}.part`;
    const stopped = written(type, [table('A', ['id'], numbers(1e9))], {
      path: file,
      signal: stop.signal,
      progress: () => stop.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(existsSync(file)).toBe(false);
  });

  test('leave nothing when rows fail, and say which', async () => {
    const file = `${(await written(type, [table('A', ['id'], [])])).path}.part`;
    const tables = (rows: Row[]) => [
      table('good', ['id'], [[1]]),
      table('bad', [{ name: 'n', type: 'number' }], rows),
    ];
    await expect(written(type, tables([[1], ['x']]), { path: file })).rejects.toThrow(
      'sheet "bad", row 2, column "n": "x"; expected a number such as 12.5',
    );
    expect(existsSync(file)).toBe(false);
    await expect(written(type, tables([[1, 2]]), { path: file })).rejects.toThrow(
      'sheet "bad", row 1 has 2 cells, its header has 1',
    );
    const broken = (function* (): Generator<Row> {
      yield [1];
      throw new TypeError('of the rows');
    })();
    await expect(written(type, [table('A', ['id'], broken)], { path: file })).rejects.toThrow(
      new TypeError('of the rows'),
    );
    expect(existsSync(file)).toBe(false);
  });

  test('never write over a file', async () => {
    const { path } = await written(type, [table('A', ['id'], [[1]])]);
    await expect(written(type, [table('A', ['id'], [[2]])], { path })).rejects.toThrow('EEXIST');
    expect(await readBack(path)).toEqual({ A: [['id'], [1]] });
  });

  test('have the same bytes for the same rows', async () => {
    const once = await written(type, [table('A', ['id'], numbers(1_000))]);
    const again = await written(type, [table('A', ['id'], numbers(1_000))]);
    expect(again.sha256).toBe(once.sha256);
  });

  test('carry on in the next sheet', { timeout: 300_000 }, async () => {
    const room = { xls: 65_535, xlsx: 1_048_575 }[type];
    const one = await written(type, [table('A', ['id'], numbers(room))]);
    expect(one.sheets).toEqual([{ name: 'A', rows: room }]);
    const two = await written(type, [table('A', ['id'], numbers(room + 2)), table('B', ['id'], [[7]])]);
    expect(two.rows).toBe(room + 3);
    expect(two.sheets).toEqual([
      { name: 'A', rows: room },
      { name: 'A (2)', rows: 2 },
      { name: 'B', rows: 1 },
    ]);
    if (noOffice) return;
    const { A, ...rest } = await office(two.path);
    expect([A?.length, A?.[0], A?.at(-1)]).toEqual([room + 1, 'id', `${room}`]);
    expect(rest).toEqual({ 'A (2)': ['id', `${room + 1}`, `${room + 2}`], B: ['id', '7'] });
  });
});
