import { EventEmitter } from 'node:events';
import type { Connection } from 'mysql2';
import { Decimal, PlainDate, PlainDateTime, type Cell } from '../../api/cell.ts';
import { shown } from '../../api/shown-values.ts';
import type { Result, Statement } from '../source-session.ts';
import { decoderOf } from './decode-mariadb.ts';

/** Rows that are kept ready; more let the server wait. */
const READY_ROWS = 1_024;

interface Field {
  name: string;
  columnType: number;
}

/** One statement that runs, and its rows as they come; the server waits while nobody takes them. */
export class Running implements Result {
  names: readonly string[] = [];
  isEnded = false;
  private readonly connection: Connection;
  private ready: Cell[][] = [];
  private decoders: ((value: never) => Cell)[] = [];
  private described = false;
  private error: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(connection: Connection, { text, parameters }: Statement) {
    this.connection = connection;
    const values = parameters.map((value, i) => boundValue(value, i + 1));
    const options = { sql: text, rowsAsArray: true };
    // Some statements cannot be prepared; those have no parameters.
    const command: EventEmitter =
      values.length === 0 ? connection.query(options) : connection.execute(options, values as never);
    command
      .on('fields', (fields: Field[] | undefined) => this.describe(fields))
      .on('result', (row: unknown) => this.take(row))
      .on('error', (error: Error) => this.end(error))
      .on('end', () => this.end());
    // A connection that is lost is not told to the statement.
    connection.on('error', (error) => this.end(error));
    connection.on('end', () => this.end(new Error('the connection was lost')));
  }

  /** Done when the columns are known, or the statement has ended without any. */
  async begun(): Promise<this> {
    while (!this.described && !this.isEnded) await this.change();
    if (this.error) throw this.error;
    return this;
  }

  async *batches(): AsyncGenerator<readonly Cell[][], void, undefined> {
    for (;;) {
      if (this.ready.length > 0) {
        const rows = this.ready;
        this.ready = [];
        this.connection.resume();
        yield rows;
      } else if (this.error) throw this.error;
      else if (this.isEnded) return;
      else await this.change();
    }
  }

  private describe(fields: Field[] | undefined): void {
    // A procedure gives further tables, and what it has done; the first table counts.
    if (this.described || !fields) return;
    this.described = true;
    this.names = fields.map(({ name }) => name);
    this.decoders = fields.map(({ columnType }) => decoderOf(columnType) as (value: never) => Cell);
    this.wake?.();
  }

  private take(row: unknown): void {
    // What a statement without rows has done.
    if (!Array.isArray(row) || row.length !== this.decoders.length) return;
    this.ready.push(row.map((value, i) => this.decoders[i]!(value as never)));
    if (this.ready.length >= READY_ROWS) this.connection.pause();
    this.wake?.();
  }

  private end(error?: Error): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.error = error;
    this.wake?.();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}

/**
 * A parameter as the driver sends it. Moments are text in UTC, the session's zone.
 * @throws {Error} naming the parameter, for what is no value of a database. MariaDB has no lists.
 */
function boundValue(value: unknown, number: number): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return value.toISOString().replace('T', ' ').slice(0, -1);
  if (value instanceof Decimal || value instanceof PlainDate || value instanceof PlainDateTime)
    return value.text;
  throw new Error(
    `parameter ${number} is ${shown(value)}; expected text, a number, a boolean, a date or null`,
  );
}
