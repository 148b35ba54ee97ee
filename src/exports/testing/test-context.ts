import type { Row } from '../api/cell.ts';
import type { ExportContext, RowStream, Source } from '../api/export-context.ts';
import type { Rows } from '../api/export-classes.ts';
import { unknownSource } from '../api/shown-values.ts';
import type { ProducedFile } from '../api/verdict.ts';
import { spanOf } from '../period.ts';

/** What a source answers in a test: the same rows to everything, or what it is asked makes of it. */
export type TestSource = Rows<Row> | ((query: string, parameters: unknown) => Rows<Row>);

/** What a test says of a run; the rest has defaults. */
export interface TestRun extends Partial<Omit<ExportContext, 'source'>> {
  /** Which the file is about; `day` when left out. */
  period?: 'day' | 'month' | 'operation';
  /** Sources by name. */
  sources?: Readonly<Record<string, TestSource>>;
}

/** A context such as the engine gives, to test the methods of an export with: no database, no server. */
export function exportContext({ period, sources = {}, ...given }: TestRun = {}): ExportContext {
  const businessDay = given.businessDay ?? '2026-11-20';
  return {
    name: 'test',
    campaign: 'test',
    businessDay,
    ...spanOf({ type: period ?? 'day', businessDay }),
    timezone: 'UTC',
    signal: new AbortController().signal,
    log: () => undefined,
    ...given,
    source(name) {
      const found = sources[name];
      if (found === undefined) throw unknownSource(name, Object.keys(sources));
      return testSource(name, found);
    },
  };
}

/** A finished file such as `check` gets it, to test verdicts with. */
export function producedFile(given: Partial<ProducedFile> = {}): ProducedFile {
  const nothing = { path: '/nowhere', rows: 0, bytes: 0, sha256: '', replaced: 0, sheets: [] };
  return { name: 'test.csv', ...nothing, ...given };
}

function testSource(name: string, answer: TestSource): Source {
  const ask = <T>(query: string, parameters: unknown): RowStream<T> => ({
    source: name,
    async *[Symbol.asyncIterator]() {
      yield* (typeof answer === 'function' ? answer(query, parameters) : answer) as Rows<T>;
    },
  });
  return { name, stream: ask, script: ask };
}
