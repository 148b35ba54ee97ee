import { expect, test } from 'vitest';
import type { Status } from '../../src/task/status.ts';
import { page } from '../../src/workflows/task-page.ts';

const status: Status = {
  task: 'svcLoadJson',
  kind: 'loadJson',
  state: 'started',
  running: false,
  since: '2026-06-01T00:00:00.000Z',
  by: 'ann@night',
  trace: false,
  failures: 0,
  asOf: '2026-06-01T00:00:00.000Z',
};

test('says nothing of what there is to look at when there is nothing', () => {
  expect(page(status)).toBe(page({ ...status, attention: { count: 0, latest: [] } }));
  expect(page(status)).not.toContain('look at');
});

test('lists what there is to look at below the table, and what to do about it', () => {
  const latest = [{ at: '2026-06-01T12:00:00.000Z', text: '7: a|b\n [x](http://y) `z`' }];
  const text = page({
    ...status,
    attention: { count: 3, latest, how: '`regie weather incidents close <number>`' },
  });
  expect(text.slice(page(status).length)).toBe(
    [
      '',
      '**To look at: 3 open**',
      '',
      '- 2026-06-01T12:00:00.000Z: 7: a\\|b \\[x\\](http://y) \\`z\\`',
      '- … and 2 more',
      '',
      '`regie weather incidents close <number>`',
      '',
    ].join('\n'),
  );
});
