import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // Much of a test's time is waiting for servers; one core less than there are, the default, would leave them idle.
    maxWorkers: Math.min(4, availableParallelism()),
    // Real servers start within the tests; on a busy machine that takes its time. Nothing asserts how long.
    // On a shared machine a real server may be late once; a fault fails twice.
    retry: process.env['CI'] ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
});
