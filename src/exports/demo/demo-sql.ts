import type { Calls } from './card.ts';
import { rowsOf } from './demo-rows.ts';
import { tables, type TableName, type Value } from './demo-tables.ts';

export type Dialect = 'postgres' | 'mariadb';

/** Rows of one insert: a few hundred kB at most, which every server takes. */
const ROWS = 500;

/**
 * The statements that make a call database, one after the other, in the schema (MariaDB: database) in which the session is.
 * Tables of the same names must not be there.
 */
export function* callStatements(calls: Calls, dialect: Dialect): Generator<string> {
  for (const name of Object.keys(tables) as TableName[]) {
    yield createTable(name, dialect);
    yield* inserts(name, rowsOf[name](calls) as Iterable<object>, dialect);
    // After the rows: an index that grows with each of them costs more.
    for (const column of (tables[name] as { indexes?: readonly string[] }).indexes ?? [])
      yield `create index ${name}_${column} on ${name} (${column})`;
  }
}

function createTable(name: TableName, dialect: Dialect): string {
  const columns = Object.entries(tables[name].columns).map(
    ([column, type]) => `${column} ${dialect === 'mariadb' ? forMariadb(type) : type}`,
  );
  const options = dialect === 'mariadb' ? ' character set utf8mb4 collate utf8mb4_bin' : '';
  return `create table ${name} (${[...columns, `primary key (${tables[name].key})`].join(', ')})${options}`;
}

/** MariaDB's `timestamp` is a moment, and would follow the session's zone. */
const forMariadb = (type: string) => type.replace(/^timestamp\b/, 'datetime');

function* inserts(name: TableName, rows: Iterable<object>, dialect: Dialect): Generator<string> {
  const columns = Object.keys(tables[name].columns);
  const head = `insert into ${name} (${columns.join(', ')}) values\n`;
  let values: string[] = [];
  for (const row of rows as Iterable<Record<string, Value>>) {
    values.push(`(${columns.map((column) => literal(row[column] ?? null, dialect)).join(', ')})`);
    if (values.length < ROWS) continue;
    yield head + values.join(',\n');
    values = [];
  }
  if (values.length > 0) yield head + values.join(',\n');
}

function literal(value: Value, dialect: Dialect): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return String(value);
  const quoted = value.replaceAll("'", "''");
  // PostgreSQL takes a backslash for itself.
  return `'${dialect === 'mariadb' ? quoted.replaceAll('\\', '\\\\') : quoted}'`;
}
