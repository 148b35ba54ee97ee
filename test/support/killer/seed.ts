import { randomInt } from 'node:crypto';
import path from 'node:path';
import { beforeEach } from 'vitest';
import { randomOf, type Random } from '../../../src/sampling/random.ts';

/** Gives the random numbers of a test; the same for the same words. */
export type Dice = (...words: readonly (string | number)[]) => Random;

/**
 * The chance of a test file: from `REGIE_TEST_SEED`, else a new one. It is printed once, and is told by every test of
 * the file that fails. Call it once in a file, with its `import.meta.filename`.
 */
export function dice(file: string): Dice {
  const seed = process.env['REGIE_TEST_SEED'] || String(randomInt(1e9));
  const repeat = `REGIE_TEST_SEED=${seed} npx vitest run ${path.relative(process.cwd(), file)}`;
  console.log(`seed ${seed}; again: ${repeat}`);
  beforeEach(({ onTestFailed }) => {
    onTestFailed(({ task }) => {
      for (const error of task.result?.errors ?? [])
        Object.assign(error, { message: `${error.message}\n(seed ${seed}; again: ${repeat})` });
    });
  });
  return (...words) => randomOf(seed, ...words);
}
