import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take more than half a minute. */
const LONG = [
  'test/soak/',
  'test/bench/',
  'test/e2e/',
  'test/cli/up.',
  'deaths.crash.test.ts',
  'test/shipped/program.test.ts',
  'kill-9.crash.test.ts',
  'test/transfer/pull/ways.crash',
];

/**
 * Starts what takes longest first, so that no worker is left alone with it at the end. Vitest goes by the sizes of files,
 * which tell little where most of a test is waiting, and by a cache of durations, which a clean clone has not.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((part) => moduleId.includes(part));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
