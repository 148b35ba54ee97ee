import { get } from 'node:http';
import { text } from 'node:stream/consumers';

/** Where test files, and processes that they start, ask for what they share. */
export const SHARED_URL = 'REGIE_TEST_SHARED';

/**
 * What all test files of a run share, by its name: made when the first of them asks, which may take minutes. Throws
 * with the reason where it cannot be made, and in unit tests, which do without.
 */
export async function askShared<T>(name: string): Promise<T> {
  if (process.env['REGIE_TEST_TIER'] === 'unit')
    throw new Error(`a unit test asks for ${name}: one that needs servers is named *.integration.test.ts`);
  const server = process.env[SHARED_URL];
  if (!server) throw new Error(`${SHARED_URL} is not set: only test files of vitest share a ${name}`);
  // Not by fetch, which gives up after five minutes: the Temporal server may be built first.
  const [status, said] = await new Promise<[number | undefined, string]>((resolve, reject) => {
    get(`${server}/${name}`, { agent: false }, (response) => {
      text(response).then((body) => resolve([response.statusCode, body]), reject);
    }).on('error', reject);
  });
  if (status !== 200) throw new Error(`no ${name} for the tests: ${said}`);
  return JSON.parse(said) as T;
}
