import { startTestPostgres, type TestPostgres } from './postgres.ts';
import { startTestTemporal, type TestTemporal } from './temporal.ts';

let postgres: TestPostgres | undefined;
let temporal: TestTemporal | undefined;

/** Starts the real servers that the tests share: each test takes a database and a namespace of its own. */
export async function setup(): Promise<void> {
  postgres = await startTestPostgres();
  try {
    temporal = await startTestTemporal();
  } catch (error) {
    // After a failed set-up there is no tear-down.
    await postgres.stop();
    throw error;
  }
}

export async function teardown(): Promise<void> {
  await temporal?.stop();
  await postgres?.stop();
}
