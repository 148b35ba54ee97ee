import { expect, test } from 'vitest';
import { exportContext, producedFile, type ExportContext } from '../../../src/index.ts';

async function all(rows: AsyncIterable<unknown>): Promise<unknown[]> {
  const taken: unknown[] = [];
  for await (const row of rows) taken.push(row);
  return taken;
}

test('is what an export gets', () => {
  expect(exportContext({ businessDay: '2026-03-01' })).toMatchObject({
    from: '2026-02-28',
    to: '2026-03-01',
    timezone: 'UTC',
  });
  const monthly: ExportContext = exportContext({
    period: 'month',
    businessDay: '2026-03-01',
    timezone: 'Africa/Dakar',
  });
  expect(monthly).toMatchObject({
    from: '2026-02-01',
    to: '2026-03-01',
    month: '2026-02',
    timezone: 'Africa/Dakar',
  });
  expect(producedFile({ rows: 333 })).toMatchObject({ rows: 333, bytes: 0, sheets: [] });
});

test('answers for sources', async () => {
  const { source } = exportContext({
    sources: {
      outbound: [[1], [2]],
      echo: (query, parameters) => [[query, JSON.stringify(parameters)]],
    },
  });
  expect(await all(source('outbound').stream('select'))).toEqual([[1], [2]]);
  expect(await all(source('echo').stream('select $1', ['a']))).toEqual([['select $1', '["a"]']]);
  expect(await all(source('echo').script('select :day', { day: 'a' }))).toEqual([
    ['select :day', '{"day":"a"}'],
  ]);
  expect(() => source('outbond')).toThrow(
    'the configuration has no source "outbond"; did you mean outbound?',
  );
});
