import type { ClientBase } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import type { Calls } from './card.ts';
import { callStatements } from './demo-sql.ts';
import { tables } from './demo-tables.ts';

/** The schema of the call database in PostgreSQL. */
export const callSchema = 'dialler';

/** By this comment a schema is known for one that we made, and may be replaced. */
const MADE = 'Generated calls of `regie demo calls`';

/** The schema is there, and somebody else made it. */
export class ForeignSchema extends Error {
  constructor() {
    super(`the schema ${callSchema} is there already, and \`regie demo calls\` did not make it`);
    this.name = 'ForeignSchema';
  }
}

/**
 * Makes the call database anew in the schema `dialler`, in one transaction: who reads it sees the old one or the new one. Gives the rows of
 * each table.
 * @throws {ForeignSchema} and leaves it as it is.
 */
export async function fillCalls(db: ClientBase, calls: Calls): Promise<Record<string, number>> {
  const counts = await inTransaction(db, async () => {
    const { rows } = await db.query<{ made: boolean }>(
      "select obj_description(oid, 'pg_namespace') is not distinct from $2 as made from pg_namespace where nspname = $1",
      [callSchema, MADE],
    );
    if (rows[0]?.made === false) throw new ForeignSchema();
    if (rows[0]) await db.query(`drop schema ${callSchema} cascade`);
    await db.query(`create schema ${callSchema}`);
    await db.query(`comment on schema ${callSchema} is '${MADE}'`);
    await db.query(`set local search_path to ${callSchema}`);
    for (const statement of callStatements(calls, 'postgres')) await db.query(statement);
    return countRows(db);
  });
  // Outside of the transaction, it would not see the rows.
  await db.query(
    `analyze ${Object.keys(tables)
      .map((name) => `${callSchema}.${name}`)
      .join(', ')}`,
  );
  return counts;
}

async function countRows(db: ClientBase): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of Object.keys(tables)) {
    const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from ${name}`);
    counts[name] = rows[0]!.n;
  }
  return counts;
}
