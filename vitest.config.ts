import { availableParallelism } from 'node:os';
import { defineConfig, type UserWorkspaceConfig } from 'vitest/config';

type Tier = NonNullable<UserWorkspaceConfig['test']>;

/** What all tiers have in common. */
const common: Tier = {
  pool: 'forks',
  // Real servers start within the tests; on a busy machine that takes its time. Nothing asserts how long.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  teardownTimeout: 30_000,
  // On a shared machine a real server may be late once; a fault fails twice. What passed at its second try is told.
  retry: process.env['CI'] ? 1 : 0,
};

const tier = (name: string, include: string[], more: Tier = {}) => ({
  test: { ...common, name, include, env: { REGIE_TEST_TIER: name }, ...more },
});
const servers: Tier = { globalSetup: ['test/support/temporal-program.ts'] };

/** Names of files tell the tier: CONTRIBUTING.md. `npm test` runs all but `crash`. */
export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/flaky-reporter.ts'],
    // Much of a test's time is waiting for servers; one core less than there are, the default, would leave them idle.
    maxWorkers: Math.min(4, availableParallelism()),
    projects: [
      tier('unit', ['test/**/*.test.ts'], {
        exclude: ['test/**/*.{integration,crash}.test.ts', 'test/shipped/**'],
      }),
      tier('integration', ['test/**/*.integration.test.ts'], servers),
      tier('shipped', ['test/shipped/*.test.ts'], {
        globalSetup: ['test/support/temporal-program.ts', 'test/shipped/support/global-setup.ts'],
      }),
      tier('crash', ['test/**/*.crash.test.ts'], servers),
    ],
  },
});
