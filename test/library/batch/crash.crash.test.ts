import { readdirSync } from 'node:fs';
import type { PoolClient } from 'pg';
import { expect, it } from 'vitest';
import { manifestOf, openUploads, type Uploads } from './support.ts';

/** A session that dies at its `at`th statement, and with it the run: nothing that it asks after that is answered. */
function dieAt(at: number): { onSession(db: PoolClient): void; died(): boolean } {
  let asked = 0;
  return {
    died: () => asked >= at,
    onSession(db) {
      const query = db.query.bind(db) as (...args: unknown[]) => unknown;
      db.query = ((...args: unknown[]) => {
        asked += 1;
        return asked < at ? query(...args) : Promise.reject(new Error(`killed at statement ${asked}`));
      }) as typeof db.query;
    },
  };
}

async function isWhole(at: Uploads): Promise<void> {
  const rows = await at.query(
    `select (select count(*)::int from library.record) as records, (select count(*)::int from library.quarantine) as again,
            (select count(*)::int from library.batch where state = 'open') as open,
            (select count(*)::int from library.dead_letter where state = 'dead' and what = 'failed-files') as letters,
            (select count(*)::int from library.dead_letter where state in ('dead', 'retrying')) as troubles`,
  );
  expect(rows).toEqual([{ records: 5, again: 0, open: 0, letters: 1, troubles: 1 }]);
  expect(at.files('drop')).toEqual([]);
  expect(readdirSync(at.folders.work)).toEqual([]);
  expect(readdirSync(at.folders.done)).toEqual(['good']);
  expect(readdirSync(at.folders.failed)).toEqual(['poor']);
  expect(at.answer('done/good')).toMatchObject({
    records: 3,
    files: [{ index: 0 }, { index: 1 }, { index: 2 }],
  });
  expect(at.answer('failed/poor')).toMatchObject({
    records: 2,
    failed: 1,
    files: [{}, { error: expect.stringContaining('there is no file') }, {}],
  });
}

it(
  'a run that dies between any two statements is finished by the next one',
  { timeout: 300_000 },
  async () => {
    let deaths = 0;
    for (let statement = 1; ; statement += 1) {
      const at = await openUploads({ groupFiles: 2, keepDone: statement % 2 === 0 });
      try {
        at.drop('good', { 'manifest.xml': manifestOf('a', 'b', 'c'), a: '1', b: '2', c: '3', '.ready': '' });
        at.drop('poor', { 'manifest.xml': manifestOf('d', 'e', 'f'), d: '4', f: '6', '.ready': '' });
        const death = dieAt(statement);
        await at.run(death).catch((error: Error) => {
          if (!error.message.startsWith('killed at')) throw error;
        });
        await at.run();
        await isWhole(at);
        if (!death.died()) break;
        deaths += 1;
      } finally {
        await at.close();
      }
    }
    expect(deaths).toBeGreaterThan(20);
  },
);

it(
  'a batch that is tried again when the run dies between any two statements is finished too',
  { timeout: 300_000 },
  async () => {
    for (let statement = 1; ; statement += 1) {
      const at = await openUploads({ keepDone: statement % 2 === 0 });
      try {
        at.drop('b', { 'manifest.xml': manifestOf('a', 'b', 'c'), a: '1', c: '3', '.ready': '' });
        await at.run();
        await at.query("update library.dead_letter set state = 'retrying', not_before = null");
        const death = dieAt(statement);
        await at.run(death).catch((error: Error) => {
          if (!error.message.startsWith('killed at')) throw error;
        });
        await at.run();
        expect(await at.query('select count(*)::int as records from library.record')).toEqual([
          { records: 2 },
        ]);
        expect(await at.query('select from library.quarantine')).toEqual([]);
        expect(await at.query("select what from library.dead_letter where state <> 'solved'")).toEqual([
          { what: 'failed-files' },
        ]);
        expect(readdirSync(at.folders.failed)).toEqual(['b']);
        expect(at.files('drop')).toEqual([]);
        if (!death.died()) break;
      } finally {
        await at.close();
      }
    }
  },
);
