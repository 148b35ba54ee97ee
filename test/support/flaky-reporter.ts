import type { Reporter, TestModule } from 'vitest/node';

/** Tells at the end which tests passed at a second try only, and why the first failed: a fault, of the product or of the test. */
export default class FlakyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const flaky = modules.flatMap((module) =>
      [...module.children.allTests('passed')]
        .filter((test) => test.diagnostic()?.flaky)
        .map((test) => {
          const why = test.result().errors?.[0]?.message.split('\n')[0];
          return `${module.relativeModuleId} > ${test.fullName} (${why})`;
        }),
    );
    if (flaky.length > 0) console.log(`${flaky.length} flaky: ${flaky.join('; ')}`);
  }
}
