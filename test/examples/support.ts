import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { Calls } from '../../src/exports/demo/card.ts';
import { fillCalls } from '../../src/exports/demo/fill-demo-calls.ts';
import { rowsOf } from '../../src/exports/demo/demo-rows.ts';
import type { Attempt, Card } from '../../src/exports/demo/demo-tables.ts';
import type { Period } from '../../src/exports/period.ts';
import type { Produced } from '../../src/exports/host/job.ts';
import { produce } from '../../src/exports/host/host.ts';
import type { ResolvedConnection } from '../../src/exports/sources/sources-section.ts';
import { emptyDatabase } from '../support/postgres.ts';

/** The business day of which the tests ask: the day after the last calls. */
export const businessDay = '2026-11-20';
export const yesterday = '2026-11-19';

export interface CallCentre {
  calls: Calls;
  /** The rows as they were generated, before any database saw them. */
  cards: Card[];
  attempts: Attempt[];
  /** Makes the file of an example from the database. */
  make(name: string, period?: Partial<Period>): Promise<Produced>;
  remove(): Promise<void>;
}

/** A call database in PostgreSQL, and a folder for the files that are made of it. */
export async function callCentre(size: Partial<Calls> = {}): Promise<CallCentre> {
  const calls: Calls = { seed: 1, cards: 6_000, days: 70, until: yesterday, ...size };
  const database = await emptyDatabase();
  const db = new pg.Client({ connectionString: database.url });
  await db.connect();
  await fillCalls(db, calls);
  await db.end();
  const centre = centreOf(calls, { type: 'postgres', url: database.url, schema: 'dialler' });
  return {
    ...centre,
    async remove() {
      await centre.remove();
      await database.drop();
    },
  };
}

/** The same for a database that is there already; `source` is how it is reached. */
export function centreOf(calls: Calls, source: ResolvedConnection): CallCentre {
  const workFolder = mkdtempSync(path.join(tmpdir(), 'regie-test-examples-'));
  const root = path.resolve('.');
  return {
    calls,
    cards: [...rowsOf.main(calls)],
    attempts: [...rowsOf.attempt(calls)],
    make: (name, period) =>
      produce(
        {
          name,
          campaign: 'canal',
          module: path.join(root, 'examples/exports', `${name}.ts`),
          root,
          workFolder,
          sources: { names: ['outbound'], connect: () => Promise.resolve(source) },
        },
        { type: 'day', businessDay, ...period },
        { signal: new AbortController().signal, progress: () => undefined, trace: () => undefined },
      ),
    remove: async () => rmSync(workFolder, { recursive: true }),
  };
}

/** The local date so many days before another. */
export function daysBefore(date: string, days: number): string {
  const moment = new Date(`${date}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() - days);
  return moment.toISOString().slice(0, 10);
}

/** Calls of one day. */
export const on = (day: string) => (card: Card) => card.dateappel?.startsWith(day) === true;

/** Cells of a generated row, by the names of its columns. */
export const cells = (row: object, names: string): unknown[] =>
  names.split(' ').map((name) => (row as Record<string, unknown>)[name]);

/** The text of a CSV file: what is not there is empty, what would break a line or a cell is quoted. */
export function csv(titles: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cell = (value: unknown) => {
    const text = value === null || value === undefined ? '' : String(value);
    return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [titles, ...rows].map((row) => `${row.map(cell).join(';')}\r\n`).join('');
}
