import type { Cell } from '../api/cell.ts';
import type { RowStream } from '../api/export-context.ts';
import { messageOf } from '../../task/errors.ts';
import type { ServerResult, Session, Statement } from './source-session.ts';
import type { SourceType } from './source.ts';

/** How the rows of a query are come by. */
export interface QueryPlan {
  source: string;
  /** Learns what the source is, and how it is opened: `open` rejects when it cannot be reached. */
  connect(): Promise<{ type: SourceType; open(): Promise<Session> }>;
  /** In their order; the rows are those of the last one. */
  statements(type: SourceType): readonly Statement[];
  signal: AbortSignal;
}

/** The rows of a query or a script. Nothing is asked of the server before they are taken. */
export class QueryRows<T> implements RowStream<T> {
  readonly source: string;
  private readonly plan: QueryPlan;
  private readonly origin: string;
  private taken = false;

  /** @param caller the function that the user's module called. */
  constructor(plan: QueryPlan, caller: (...args: never[]) => unknown) {
    this.source = plan.source;
    this.plan = plan;
    this.origin = framesAbove(caller);
  }

  /** Objects with the names of the columns as keys. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    let names: readonly string[] = [];
    const batches = this.read((result) => {
      names = result.names;
      onceEach(names);
      return result.batches();
    });
    for await (const rows of batches) {
      for (const row of rows) {
        const object: Record<string, Cell> = {};
        for (let i = 0; i < names.length; i++) object[names[i]!] = row[i];
        yield object as T;
      }
    }
  }

  /**
   * What `pick` takes of the result, for those who write rows; it may refuse the names of the columns.
   * @throws {SourceError} naming source and statement, or the reason why it was cancelled.
   */
  async *read<X>(pick: (result: ServerResult) => AsyncIterable<X>): AsyncGenerator<X, void, undefined> {
    const { picked, wrap, close } = await this.open(pick);
    try {
      yield* picked;
    } catch (error) {
      throw wrap(error);
    } finally {
      await close();
    }
  }

  /** Runs what comes before the rows, and begins them. Whoever opens closes, and wraps what the rows throw. */
  private async open<X>(pick: (result: ServerResult) => X): Promise<Opened<X>> {
    const { source, plan, origin } = this;
    if (this.taken)
      throw new Error(`the rows of the source ${source} are taken twice; ask for them again instead`);
    this.taken = true;
    plan.signal.throwIfAborted();
    const { type, open } = await plan.connect();
    const statements = plan.statements(type);
    const session = await open().catch((error: unknown) => {
      plan.signal.throwIfAborted();
      throw new SourceError(source, ' cannot be reached', error, origin);
    });
    const wrap = (error: unknown, i = statements.length - 1) => {
      if (plan.signal.aborted) return plan.signal.reason as unknown;
      return new SourceError(source, `, ${labelOf(statements, i)}`, error, origin);
    };
    let i = 0;
    try {
      for (const statement of statements.slice(0, -1)) {
        await session.run!(statement);
        i += 1;
      }
      const result = await session.query(statements[i]!);
      if (result.names.length === 0)
        throw new Error('it gives no rows; expected the last statement to be a select');
      return { picked: pick(result), wrap, close: () => session.close() };
    } catch (error) {
      await session.close();
      throw wrap(error, i);
    }
  }
}

interface Opened<X> {
  picked: X;
  /** An error of its rows, with the names of source and statement; or the reason why they were cancelled. */
  wrap(error: unknown): unknown;
  close(): Promise<void>;
}

/** `statement 2 of 3 (create temporary table …)`, or the beginning of the only one. */
function labelOf(statements: readonly Statement[], i: number): string {
  const text = firstLine(statements[i]!.text);
  return statements.length === 1 ? `query (${text})` : `statement ${i + 1} of ${statements.length} (${text})`;
}

/** An object has one property of a name: another column of that name would be lost. */
function onceEach(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new Error(
      `it gives two columns of the name ${JSON.stringify(twice)}; give one another name with "as"`,
    );
}

/** A source that cannot be reached, or refused a statement, or was lost while it gave its rows. */
class SourceError extends Error {
  readonly source: string;

  /**
   * @param what follows the source's name: `cannot be reached`, or which statement.
   * @param origin frames of the stack where the query was asked for: those of the moment begin in a driver, and say nothing.
   */
  constructor(source: string, what: string, cause: unknown, origin: string) {
    super(`the source ${source}${what}: ${messageOf(cause)}`);
    this.name = 'SourceError';
    this.source = source;
    this.stack = `${this.name}: ${this.message}\n${origin}`;
  }
}

/** Frames of the stack above the function `above`. */
function framesAbove(above: (...args: never[]) => unknown): string {
  const at: { stack?: string } = {};
  Error.captureStackTrace(at, above);
  return (at.stack ?? '').split('\n').slice(1).join('\n');
}

const LONGEST = 60;

/** The first line of a statement that is more than a comment, short. */
function firstLine(statement: string): string {
  const lines = statement.split('\n').map((line) => line.trim());
  const text = lines.find((line) => line !== '' && !/^(--|#)/.test(line)) ?? '';
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
