import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig, type UserWorkspaceConfig } from 'vitest/config';
import LongestFirst from './test/support/longest-first.ts';

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

/** The processes that make files of exports run from the build: from the sources each would take half a second longer. */
const exportsFromBuild = {
  name: 'exports-from-build',
  enforce: 'pre' as const,
  resolveId: (source: string, importer: string | undefined) =>
    source === './run-child.ts' && importer?.endsWith('/src/exports/host/host.ts')
      ? path.join(import.meta.dirname, 'dist/exports/host/run-child.js')
      : undefined,
};

const tier = (name: string, include: string[], more: Tier = {}) => ({
  test: { ...common, name, include, env: { REGIE_TEST_TIER: name }, ...more },
});
const withServers = (name: string, include: string[]) => ({
  ...tier(name, include, { globalSetup: ['test/support/servers-setup.ts'] }),
  plugins: [exportsFromBuild],
});

/** Names of files tell the tier: CONTRIBUTING.md. `npm test` runs all but `crash`. */
export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/flaky-reporter.ts'],
    sequence: { sequencer: LongestFirst },
    // Half of a test's time is waiting for servers: as many workers as cores would leave these idle.
    maxWorkers: Math.min(5, 2 * availableParallelism() + 1),
    projects: [
      tier('unit', ['test/**/*.test.ts'], {
        exclude: ['test/**/*.{integration,crash}.test.ts', 'test/shipped/**'],
      }),
      withServers('integration', ['test/**/*.integration.test.ts']),
      withServers('shipped', ['test/shipped/!(*.crash).test.ts']),
      withServers('crash', ['test/**/*.crash.test.ts']),
    ],
  },
});
