import type { Cell } from '../api/cell.ts';
import type { Parameters, RowStream, Source } from '../api/export-context.ts';
import { ownSession } from './own-session.ts';
import { QueryRows, type QueryPlan } from './query-rows.ts';
import { sourceTypes, type ResolvedConnection } from './sources-section.ts';
import type { SourceType } from './source.ts';

interface OpenSourceOptions {
  /** Loads the source's type when it is none of the built-in ones. */
  ownType?: () => Promise<SourceType>;
  /** Gets sentences for the log. */
  tell?: (text: string) => void;
}

/**
 * Opens a source for the process of an export. Nothing is dialled before rows are taken; each query and each script has a session of its own,
 * which ends with its rows. A source is for reading: a query of a database is a transaction that may only read, a script one that is rolled back, so that
 * of what it writes only its temporary tables are seen, by itself.
 *
 * @param connect gives what `resolveSource` gave, where secrets can be read.
 * @param signal ends what runs: the server is told to stop it.
 */
export function openSource(
  name: string,
  connect: () => Promise<ResolvedConnection>,
  signal: AbortSignal,
  { ownType, tell = () => undefined }: OpenSourceOptions = {},
): Source {
  const plan = (readOnly: boolean, statements: QueryPlan['statements']): QueryPlan => ({
    source: name,
    async connect() {
      const { type: word, ...connection } = await connect();
      const builtIn: SourceType | undefined = sourceTypes.find((each) => each.name === word);
      const type = builtIn ?? (await ownType?.());
      if (!type) throw new Error(`there is no type of sources ${word}`);
      const open = (options = { readOnly, signal, tell }) => type.open(connection, options);
      return { type, open: () => (builtIn ? open() : ownSession(type.name, open())) };
    },
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
        plan(false, (type) => {
          if (type.split) return type.split(text, parameters);
          throw new Error(`the source ${name} is a ${type.name}, which takes no scripts; ask it by stream`);
        }),
        script,
      );
    },
  };
}
