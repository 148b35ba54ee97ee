import type { Cell } from '../api/cell.ts';
import type { Parameters, RowStream, Source } from '../api/context.ts';
import { QueryRows, type QueryPlan } from './query-rows.ts';
import type { ResolvedSource } from './resolve.ts';
import { splitScript } from './script.ts';
import type { Session, SessionOptions } from './session.ts';

/**
 * Opens a source for the process of an export. Nothing is dialled before rows are taken; each query and each script has a session of its own,
 * which ends with its rows. A source is for reading: a query is a transaction that may only read, a script one that is rolled back, so that
 * of what it writes only its temporary tables are seen, by itself.
 *
 * @param connect gives what `resolveSource` gave, where secrets can be read.
 * @param signal ends what runs: the server is told to stop it.
 * @param tell gets sentences for the log.
 */
export function openSource(
  name: string,
  connect: () => Promise<object>,
  signal: AbortSignal,
  tell: (text: string) => void = () => undefined,
): Source {
  const plan = (readOnly: boolean, statements: QueryPlan['statements']): QueryPlan => ({
    source: name,
    connect: connect as () => Promise<ResolvedSource>,
    open: (settings) => openSession(settings, { readOnly, signal, tell }),
    statements,
    signal,
  });
  return {
    name,
    stream: function stream<T extends object = Record<string, Cell>>(
      query: string,
      parameters: readonly unknown[] = [],
    ): RowStream<T> {
      return new QueryRows<T>(
        plan(true, () => [{ text: query, parameters }]),
        stream,
      );
    },
    script: function script<T extends object = Record<string, Cell>>(
      text: string,
      parameters: Parameters = {},
    ): RowStream<T> {
      return new QueryRows<T>(
        plan(false, (type) => splitScript(text, parameters, type)),
        script,
      );
    },
  };
}

/** Drivers are loaded when a source of their kind is read. */
async function openSession(settings: ResolvedSource, options: SessionOptions): Promise<Session> {
  if (settings.type === 'mariadb') {
    const { MariadbSession } = await import('./mariadb/session.ts');
    return MariadbSession.open(settings, options);
  }
  const { PostgresSession } = await import('./postgres/session.ts');
  return PostgresSession.open(settings, options);
}
