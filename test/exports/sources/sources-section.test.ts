import { expect, test } from 'vitest';
import { reach } from './reach.ts';
import { sourcesSchema } from '../../../src/exports/sources/sources-section.ts';

const OWN = 'postgres://regie:own-secret@127.0.0.1:5000/regie';
process.env['REGIE_TEST_SOURCE_PASSWORD'] = 'p@ss word';
process.env['REGIE_TEST_SOURCE_URL'] = 'postgres://u:hidden@db/d';

async function resolved(settings: unknown): Promise<object> {
  const { outbound } = sourcesSchema.parse({ outbound: settings });
  const source = await reach(outbound!, OWN);
  // What goes to another process.
  expect(JSON.parse(JSON.stringify(source))).toEqual(source);
  return source;
}

test.each([
  [
    { type: 'postgres', schema: 'dialler' },
    { type: 'postgres', url: OWN, password: 'own-secret', schema: 'dialler' },
  ],
  [
    { type: 'postgres', url: 'postgres://u@db/d', password: 'env:REGIE_TEST_SOURCE_PASSWORD' },
    { type: 'postgres', url: 'postgres://u:p%40ss%20word@db/d', password: 'p@ss word' },
  ],
  [
    { type: 'postgres', url: 'env:REGIE_TEST_SOURCE_URL', tls: true },
    { type: 'postgres', url: 'postgres://u:hidden@db/d', password: 'hidden', tls: {} },
  ],
  [
    { type: 'mariadb', host: 'db', user: 'u', database: 'd', password: 'env:REGIE_TEST_SOURCE_PASSWORD' },
    { type: 'mariadb', host: 'db', user: 'u', database: 'd', password: 'p@ss word' },
  ],
])('resolves %j', async (settings, expected) => {
  expect(await resolved(settings)).toEqual(expected);
});

test.each([
  [{ type: 'oracle' }, "expected 'postgres' or 'mariadb'"],
  [{ type: 'postgres', url: 'postgres://u:geheim@db/d' }, 'it holds a password; expected user@host only'],
  [{ type: 'postgres', host: 'db', password: 'geheim' }, 'not the secret itself'],
  [
    { type: 'postgres', password: 'env:P' },
    "expected none without host or url: that is Regie's own database",
  ],
  [{ type: 'mariadb' }, 'expected a host or a url'],
  [{ type: 'mariadb', url: 'postgres://db' }, 'expected mariadb://user@host/database'],
  [{ type: 'postgres', host: 'db', ca: '/ca.pem' }, 'expected none unless tls is true'],
  [{ type: 'postgres', host: 'db', url: 'postgres://db' }, 'expected either url or host, not both'],
])('refuses %j, without repeating a secret', (settings, sentence) => {
  const { error } = sourcesSchema.safeParse({ outbound: settings });
  expect(error?.message).toContain(sentence);
  expect(error?.message).not.toContain('geheim');
});

test('names the reference that cannot be resolved', async () => {
  await expect(
    resolved({ type: 'postgres', host: 'db', password: 'env:REGIE_TEST_NO_SUCH' }),
  ).rejects.toThrow('the environment variable REGIE_TEST_NO_SUCH is not set where the worker runs');
});
