import type { Reporter, TestModule } from 'vitest/node';

/** Tells at the end which tests passed at a second try only: such a test hides a fault, of the product or of itself. */
export default class FlakyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const flaky = modules.flatMap((module) =>
      [...module.children.allTests('passed')]
        .filter((test) => test.diagnostic()?.flaky)
        .map((test) => `${module.relativeModuleId} > ${test.fullName}`),
    );
    if (flaky.length > 0) console.log(`${flaky.length} flaky: ${flaky.join('; ')}`);
  }
}
