/** A test that fails, for the test of what it says then. */
import { test } from 'vitest';
import { dice } from '../seed.ts';

const seeded = dice(import.meta.filename);

test('fails', () => {
  throw new Error(`chose ${seeded('this')()}`);
});
