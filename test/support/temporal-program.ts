import { findTemporal } from '../../src/servers/temporal-binary.ts';

/** What tests start servers and commands by; processes that they start inherit it. */
const PROGRAM = 'REGIE_TEST_TEMPORAL_CLI';

/**
 * The `temporal` program: looked for, or built, once a run, before the first test that may need it, since a build
 * takes longer than a test may.
 */
export async function temporalProgram(): Promise<string> {
  return (process.env[PROGRAM] ??= await findTemporal({ onProgress: (line) => console.log(line) }));
}
