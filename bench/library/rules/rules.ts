import { performance } from 'node:perf_hooks';
import pg, { type PoolClient } from 'pg';
import { carryOut } from '../../../src/library/rules/carry-out.ts';
import { resolveRules } from '../../../src/library/rules/resolve-rules.ts';
import { moverSettings } from '../../../src/library/rules/rule-settings.ts';
import { openPool } from '../../../src/store/connection.ts';
import { bareConfig } from '../../../test/support/bare-config.ts';
import { quietPort } from '../../../test/support/quiet-port.ts';
import { median, percent, rate, seconds } from '../../numbers.ts';
import type { Sizes } from '../../options.ts';
import type { Section } from '../../report.ts';
import { bareLabel, cases, type Case } from './cases.ts';
import { librarySettings, makeLibrary } from './library.ts';

interface Found {
  label: string;
  changes: boolean;
  ms: number[];
}

/** Rules over a library, beside the bare statement that changes the same records; each in a copy of its own. */
export async function measureRules(
  { rules: { records }, repeat }: Pick<Sizes, 'rules' | 'repeat'>,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Section> {
  say(`making a library of ${records} records`);
  const library = await makeLibrary(records);
  const found = cases.map(({ label, changes }): Found => ({ label, changes, ms: [] }));
  try {
    for (let round = 1; round <= repeat; round++) {
      say(`rules: round ${round} of ${repeat}`);
      for (const [index, each] of cases.entries()) {
        signal.throwIfAborted();
        const expected = each.changes ? Math.floor((records + 7) / 10) : 0;
        found[index]!.ms.push(await onCopy(library.url, (db) => measure(db, each, expected, signal)));
      }
    }
  } finally {
    await library.drop();
  }
  return describe(records, repeat, found);
}

/** Does `use` with a copy of the library, nothing of which is still to be written to disk. */
async function onCopy<T>(url: string, use: (db: PoolClient) => Promise<T>): Promise<T> {
  const name = new URL(url).pathname.slice(1);
  const copy = `${name}_copy`;
  const admin = new pg.Client({ connectionString: at(url, 'postgres') });
  await admin.connect();
  try {
    await admin.query(`create database ${copy} template ${name} strategy file_copy`);
    const pool = openPool(at(url, copy), { max: 1 });
    const db = await pool.connect();
    try {
      await db.query('checkpoint');
      // Read into memory, all of it alike, before the clock starts.
      await db.query('select count(*) from library.record where name is null');
      return await use(db);
    } finally {
      db.release();
      await pool.end();
    }
  } finally {
    await admin.query(`drop database if exists ${copy} with (force)`);
    await admin.end();
  }
}

/** Milliseconds that a case takes. Throws when it changes another number of records than it should. */
async function measure(
  db: PoolClient,
  { label, what }: Case,
  expected: number,
  signal: AbortSignal,
): Promise<number> {
  const started = performance.now();
  const changed =
    'sql' in what ? (await db.query(what.sql)).rowCount : await carryOutRule(db, what.rule, signal);
  const ms = performance.now() - started;
  if (changed !== expected) throw new Error(`${label} changed ${changed} records; expected ${expected}`);
  return ms;
}

async function carryOutRule(
  db: PoolClient,
  rule: Extract<Case['what'], { rule: unknown }>['rule'],
  signal: AbortSignal,
): Promise<number> {
  const settings = moverSettings.parse({ rules: [rule] });
  const declared = settings.rules.map((each) => ({ name: each.name, rule: each }));
  const context = {
    ...quietPort(),
    signal,
    task: 'bench',
    run: 'run/bench',
    settings,
    config: { ...bareConfig('/nowhere'), library: librarySettings },
    db,
    options: {},
    nominal: new Date(),
  };
  const { outcomes } = await carryOut(context, await resolveRules(db, declared), settings);
  const [outcome] = outcomes;
  if (outcome?.what !== 'done') throw new Error(`the rule was not carried out: ${JSON.stringify(outcome)}`);
  return outcome.affected;
}

function describe(records: number, repeat: number, found: readonly Found[]): Section {
  const changed = Math.floor((records + 7) / 10);
  const bare = median(found.find(({ label }) => label === bareLabel)!.ms);
  return {
    title: `Rules over ${records.toLocaleString('en-US')} records`,
    head: ['', 'time', 'records/s', 'changed records/s', 'of the bare one'],
    rows: found.map(({ label, changes, ms }) => {
      const time = median(ms);
      return [
        label,
        seconds(time),
        rate((records / time) * 1000),
        changes ? rate((changed / time) * 1000) : '',
        changes ? percent(bare / time) : '',
      ];
    }),
    notes: [
      `Median of ${repeat}, each on a fresh copy of the library. A tenth of the records, ${changed.toLocaleString('en-US')} spread over all, is changed; ` +
        `by a rule in transactions of 5,000, with an event for each record, and so that a killed run goes on where it was.`,
    ],
    data: { records, changed, found },
  };
}

function at(url: string, database: string): string {
  const there = new URL(url);
  there.pathname = `/${database}`;
  return there.href;
}
