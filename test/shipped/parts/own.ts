import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { at, step } from '../support/step.ts';

step('own', async () => {
  expect(at.ready.changes).toContainEqual(expect.objectContaining({ task: 'svcGreet', change: 'create' }));
  expect(await at.regie(['run', 'hello', '--wait'])).toMatchObject({
    task: 'svcGreet',
    outcome: 'done',
    counts: { greeted: 1 },
  });
  expect(readFileSync(path.join(at.root, 'greeted.txt'), 'utf8')).toBe('the night shift\n');
});
