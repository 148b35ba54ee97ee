import { readFileSync } from 'node:fs';
import { readXls, readXlsx } from 'hucre';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callStatements } from '../../src/exports/demo/demo-sql.ts';
import type { Period } from '../../src/exports/period.ts';
import { findMariadb, startMariadb, type TestMariadb } from '../support/mariadb.ts';
import { callCentre, centreOf, type CallCentre } from './support.ts';

const found = await findMariadb();
if ('missing' in found) console.warn(`the example exports are not tested on MariaDB: ${found.missing}`);

/** The other tests say what is in the files of PostgreSQL. */
describe.skipIf('missing' in found)('on MariaDB', () => {
  let postgres: CallCentre;
  let mariadb: CallCentre;
  let server: TestMariadb;
  beforeAll(async () => {
    if ('missing' in found) return;
    [postgres, server] = await Promise.all([callCentre(), startMariadb(found)]);
    const { port, user, password, database } = server;
    const login = { host: '127.0.0.1', port, user, password, database };
    const db = await createConnection(login);
    for (const statement of callStatements(postgres.calls, 'mariadb')) await db.query(statement);
    await db.end();
    mariadb = centreOf(postgres.calls, { type: 'mariadb', ...login });
  });
  afterAll(async () => {
    await mariadb?.remove();
    await postgres?.remove();
    await server?.stop();
  });

  test.for([
    'closed-cards',
    'welcome-call',
    'africa-calls',
    'quality-barometer',
    'blocked-answering-machines',
  ])('%s writes the same bytes as on PostgreSQL', async (name) => {
    const file = await mariadb.make(name);
    expect(file.file.rows).toBeGreaterThan(0);
    expect(file).toMatchObject(withoutPath(await postgres.make(name)));
  });

  test.for<[string, Partial<Period>, typeof readXls]>([
    ['end-of-operation', { type: 'operation', operation: 'V02' }, readXls],
    ['billing-month', { type: 'month', businessDay: '2026-11-01' }, readXlsx],
  ])('%s has the same cells as on PostgreSQL', async ([name, period, read]) => {
    const [here, there] = await Promise.all([mariadb.make(name, period), postgres.make(name, period)]);
    expect(here.file.rows).toBeGreaterThan(0);
    expect(await sheetsOf(here, read)).toEqual(await sheetsOf(there, read));
  });
});

type Produced = Awaited<ReturnType<CallCentre['make']>>;

/** Each file lies under a name of its own. */
function withoutPath({ file: { path: _path, ...file }, verdict, firstRows }: Produced): object {
  return { file, verdict, firstRows };
}

async function sheetsOf({ file }: Produced, read: typeof readXls): Promise<unknown[]> {
  const { sheets } = await read(readFileSync(file.path));
  return sheets.map(({ name, rows }) => ({ name, rows }));
}
