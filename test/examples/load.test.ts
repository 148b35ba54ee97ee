import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { describe } from '../../src/exports/host/host.ts';

const folder = path.resolve('examples/exports');

/** Titles of one row; none where sheets bring their own. */
const columns: Record<string, number> = {
  'africa-calls': 10,
  'billing-month': 9,
  'blocked-answering-machines': 10,
  'closed-cards': 9,
  'end-of-operation': 0,
  'quality-barometer': 11,
  'welcome-call': 39,
};

test('has the seven examples, and no other', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(columns).map((name) => `${name}.ts`));
});

test.for(Object.entries(columns))('%s can be loaded', async ([name, titles]) => {
  const description = await describe({
    name,
    campaign: 'canal',
    module: path.join(folder, `${name}.ts`),
    root: path.resolve('.'),
  });
  expect(description.columns).toHaveLength(titles);
  expect(description.target).toMatchObject({ hours: [4, 5, 6, 7], timezone: 'Africa/Dakar' });
});
