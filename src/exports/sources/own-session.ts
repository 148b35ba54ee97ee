import type { Cell } from '../api/cell.ts';
import { endsWithin } from '../../task/in-time.ts';
import { shown } from '../api/shown-values.ts';
import type { Result, Session } from './source-session.ts';

/** How long one may take to end, ms. */
const CLOSES_WITHIN_MS = 5_000;

/**
 * A session of a user's type: what it gives is looked at before anybody relies on it.
 * @throws {Error} naming the type, for what is no session, no result or no row.
 */
export async function ownSession(type: string, opening: unknown): Promise<Session> {
  const session = ((await opening) ?? {}) as Partial<Session>;
  if (typeof session.query !== 'function' || typeof session.close !== 'function')
    throw new Error(`${type}: open gave ${shown(session)}; expected a session: { query, close }`);
  return {
    async run(statement) {
      if (typeof session.run !== 'function')
        throw new Error(`${type}: its session has no run; a script of several statements needs it`);
      await session.run(statement);
    },
    query: async (statement) => checkResult(type, await session.query!(statement)),
    async close() {
      const closing = async () => session.close!();
      await endsWithin(CLOSES_WITHIN_MS, closing()).catch(() => undefined);
    },
  };
}

function checkResult(type: string, given: unknown): Result {
  const { names, batches } = (given ?? {}) as Partial<Result>;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string'))
    throw new Error(`${type}: the names of its columns are ${shown(names)}; expected a list of texts`);
  if (typeof batches !== 'function')
    throw new Error(`${type}: its result has no function batches; expected { names, batches }`);
  return { names, batches: () => checkRows(type, names.length, given as Result) };
}

async function* checkRows(
  type: string,
  cells: number,
  result: Result,
): AsyncGenerator<readonly Cell[][], void, undefined> {
  for await (const rows of result.batches()) {
    if (!Array.isArray(rows)) throw new Error(`${type}: batches gave ${shown(rows)}; expected lists of rows`);
    for (const row of rows as readonly unknown[])
      if (!Array.isArray(row) || row.length !== cells)
        throw new Error(`${type}: it gave the row ${shown(row)}; expected a list of ${cells} cells`);
    yield rows;
  }
}
