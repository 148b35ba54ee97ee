import pg from 'pg';
import type { Cell } from '../../api/cell.ts';
import type { Result, Statement } from '../source-session.ts';
import { atLine } from './at-line.ts';
import { decodeCell, kindOf } from './decode-postgres.ts';
import { parameterText } from './parameter.ts';
import type { Way } from './way.ts';

/** Rows that are asked for at first; then as many as have about so many characters, by those that came. */
const FIRST_ROWS = 64;
const MOST_ROWS = 8_192;
const PORTION = 1024 * 1024;

/** ms that another connection may take to cancel what this one runs. */
const CANCEL_WITHIN_MS = 2_000;

/**
 * What a server says of a statement that has no cursor, though it may run: it is no select, or writes in WITH (or it is wrong, which it
 * says again when it runs), or a script has ended the transaction.
 */
const NO_CURSOR = new Set(['42601', '0A000', '42P11', '25P01']);

/** Cells stay PostgreSQL's own text. */
const asText = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig;

type TextRow = (string | null)[];

/**
 * The ordinary way: what the driver promises, and no more. Rows come in portions of a cursor of the server's, so that memory stays flat,
 * and each cell becomes a string: some times slower than `ByWire`, and nothing runs in parallel there.
 */
export class ByObjects implements Way {
  private readonly client: pg.Client;
  private readonly config: pg.ClientConfig;
  private readonly pid: number;
  private running = 0;
  private statements = 0;

  private constructor(client: pg.Client, config: pg.ClientConfig, pid: number) {
    this.client = client;
    this.config = config;
    this.pid = pid;
  }

  /** @param config reaches the same server again, to cancel what `client` runs. */
  static async over(client: pg.Client, config: pg.ClientConfig): Promise<ByObjects> {
    // Planned as a statement that is read to its end.
    await client.query('set cursor_tuple_fraction to 1');
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return new ByObjects(client, config, rows[0]!.pid);
  }

  async run({ text, parameters }: Statement): Promise<void> {
    const query = new pg.Query<TextRow>(this.given(text, valuesOf(parameters)));
    await this.during(
      text,
      () =>
        new Promise<void>((resolve, reject) => {
          // Who listens to rows gets them, and the driver keeps none.
          query.on('row', () => undefined);
          query.on('error', reject);
          query.on('end', () => resolve());
          this.client.query(query);
        }),
    );
  }

  async query({ text, parameters }: Statement): Promise<Result> {
    const values = valuesOf(parameters);
    return (await this.declare(text, values)) ? this.fetched() : this.whole(text, values);
  }

  async stop(): Promise<void> {
    if (this.running === 0) return;
    const other = new pg.Client({ ...this.config, connectionTimeoutMillis: CANCEL_WITHIN_MS });
    other.on('error', () => undefined);
    try {
      await other.connect();
      await other.query('select pg_cancel_backend($1)', [this.pid]);
    } catch {
      // The server notices by itself that this session has gone.
    }
    other.end().catch(() => undefined);
  }

  /** Opens a cursor; false for a statement that can have none. */
  private async declare(text: string, values: readonly (string | null)[]): Promise<boolean> {
    try {
      await this.own('savepoint regie_before_cursor');
    } catch (error) {
      if (isNoCursor(error)) return false;
      throw error;
    }
    try {
      await this.users(`declare regie_rows no scroll cursor for ${text}`, values);
      return true;
    } catch (error) {
      if (!isNoCursor(error)) throw error;
      await this.own('rollback to savepoint regie_before_cursor');
      return false;
    }
  }

  private async fetched(): Promise<Result> {
    const fetch = (rows: number) => this.own(`fetch ${rows} from regie_rows`);
    let asked = FIRST_ROWS;
    let portion = await fetch(asked);
    const { fields } = portion;
    return {
      names: fields.map(({ name }) => name),
      async *batches() {
        for (;;) {
          const { rows } = portion;
          if (rows.length > 0) yield cellsOf(fields, rows);
          if (rows.length < asked) return;
          asked = nextPortion(rows);
          portion = await fetch(asked);
        }
      },
    };
  }

  /** The rows of what can have no cursor: all at once, in memory, within the limit of the process. */
  private async whole(text: string, values: readonly (string | null)[]): Promise<Result> {
    const { fields, rows } = await this.users(text, values);
    return {
      names: fields.map(({ name }) => name),
      async *batches() {
        yield cellsOf(fields, rows);
      },
    };
  }

  private own(text: string): Promise<pg.QueryArrayResult<TextRow>> {
    return this.during(text, () => this.client.query<TextRow>({ text, types: asText, rowMode: 'array' }));
  }

  private users(text: string, values: readonly (string | null)[]): Promise<pg.QueryArrayResult<TextRow>> {
    return this.during(text, () =>
      this.client.query<TextRow, (string | null)[]>({ ...this.given(text, values), rowMode: 'array' }),
    );
  }

  /** With a name it goes by the protocol in which a text is one statement: none of a query's can end the transaction that only reads. */
  private given(text: string, values: readonly (string | null)[]): pg.QueryConfig<(string | null)[]> {
    this.statements += 1;
    return { name: `regie ${this.statements}`, text, values: [...values], types: asText };
  }

  private async during<T>(text: string, work: () => Promise<T>): Promise<T> {
    this.running += 1;
    try {
      return await work();
    } catch (error) {
      throw atLine(error as Error, text);
    } finally {
      this.running -= 1;
    }
  }
}

const valuesOf = (parameters: readonly unknown[]) =>
  parameters.map((value, i) => parameterText(value, i + 1));

const isNoCursor = (error: unknown) => NO_CURSOR.has((error as { code?: string }).code ?? '');

function cellsOf(fields: readonly pg.FieldDef[], rows: readonly TextRow[]): Cell[][] {
  const kinds = fields.map(({ dataTypeID }) => kindOf(dataTypeID));
  return rows.map((row) => row.map((text, i) => (text === null ? null : decodeCell(kinds[i]!, text))));
}

/** As many rows as are a portion, if the next are like these. */
function nextPortion(rows: readonly TextRow[]): number {
  let characters = 0;
  for (const row of rows) for (const text of row) characters += 8 + (text?.length ?? 0);
  return Math.max(1, Math.min(MOST_ROWS, Math.floor((PORTION * rows.length) / Math.max(1, characters))));
}
