import { statSync } from 'node:fs';
import type { CheckedExport } from '../api/check-definition.ts';
import type { ExportContext, Source } from '../api/export-context.ts';
import { unknownSource } from '../api/shown-values.ts';
import { checkVerdict, type ProducedFile } from '../api/verdict.ts';
import { fileName } from '../files/name.ts';
import type { Table, WriteRequest, Written } from '../files/written.ts';
import { placeholdersOf, spanOf } from '../period.ts';
import type { ParentChannel } from './host-channel.ts';
import { explain } from './explain-thrown.ts';
import type { Description, Produced } from './job.ts';
import { loadSourceType } from './load-module.ts';
import type { Request, Stage } from './host-messages.ts';
import { Preview } from './preview.ts';

type Making = Request & { make: NonNullable<Request['make']> };

/** How often the parent is told how far it is; rows are counted in the millions. */
const TELL_EVERY_MS = 250;
/** Lines of one run that are passed on; the parent cuts them off, this only spares the channel. */
const MOST_LINES = 2_000;
const LONGEST_LINE = 1_000;

/**
 * Makes one file: the hooks of the export in their order, its rows, its check. `crashed` rejects with what was thrown where nothing awaited it; `regie` is the public API.
 * @throws what was thrown, after the hook `failed` has been told.
 */
export async function makeFile(
  loaded: CheckedExport,
  request: Making,
  parent: ParentChannel,
  { enter, crashed, regie }: { enter: (stage: Stage) => void; crashed: Promise<never>; regie: object },
): Promise<Produced> {
  const context = await contextOf(loaded.description, request, parent, regie);
  try {
    return await Promise.race([make(), crashed]);
  } catch (error) {
    await failed(loaded, error, context);
    throw error;
  }

  async function make(): Promise<Produced> {
    // A name that cannot be made is known before the rows are asked for.
    const name = fileName(loaded.description.file, placeholdersOf(request, request.make.period));
    enter('before');
    await loaded.before(context);
    enter('rows');
    const preview = new Preview(loaded.description);
    const tables = (await loaded.tables(context)).map((table, i) => (i === 0 ? preview.of(table) : table));
    const written = await write(loaded.description, tables, {
      path: request.make.part,
      timezone: context.timezone,
      signal: parent.signal,
      progress: every(TELL_EVERY_MS, (rows) => parent.send({ type: 'progress', step: 'writing rows', rows })),
      ...(request.make.limit === undefined ? {} : { limit: request.make.limit }),
    });
    parent.signal.throwIfAborted();
    const first = await preview.show(request.make.part);
    const file: ProducedFile = { name, path: request.make.part, ...written };
    enter('check');
    parent.send({ type: 'progress', step: 'checking', rows: file.rows });
    const verdict = checkVerdict(await loaded.check(file, context));
    enter('after');
    await loaded.after(file, context);
    stillAsWritten(file);
    return { file, verdict, ...first };
  }
}

async function contextOf(
  { target }: Description,
  { name, campaign, make }: Making,
  parent: ParentChannel,
  regie: object,
): Promise<ExportContext> {
  const { period } = make;
  let lines = 0;
  return {
    name,
    campaign,
    businessDay: period.businessDay,
    ...spanOf(period),
    ...(period.operation === undefined ? {} : { operation: period.operation }),
    timezone: target.timezone,
    source: await openSources(make, parent, regie),
    signal: parent.signal,
    log(text: unknown) {
      lines += 1;
      if (lines <= MOST_LINES) parent.send({ type: 'log', text: String(text).slice(0, LONGEST_LINE) });
    },
  };
}

/** The hook's own failure must not hide what it was called for. */
async function failed(loaded: CheckedExport, error: unknown, context: ExportContext): Promise<void> {
  try {
    await loaded.failed(error, context);
  } catch (second) {
    context.log(`the hook failed threw: ${explain(second).message}`);
  }
}

/** The digest of the file is known: whoever changes it after that delivers something else. */
function stillAsWritten({ path, bytes }: ProducedFile): void {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now?.size !== bytes)
    throw new Error(
      `the finished file ${now ? 'was changed' : 'was taken away'} by check or after; they may only read it`,
    );
}

/** Calls `act` at most so often. */
function every<T>(ms: number, act: (value: T) => void): (value: T) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (value) => {
    const now = performance.now();
    if (now - last < ms) return;
    last = now;
    act(value);
  };
}

/** Writes the tables of a file in the format of its export. A writer is loaded when it is needed: that of spreadsheets is large. */
async function write(
  { format }: Description,
  tables: readonly Table[],
  request: WriteRequest,
): Promise<Written> {
  if (format.type === 'csv') {
    const { writeCsv } = await import('../files/csv-writer.ts');
    return writeCsv(request, format, tables[0]!);
  }
  const { writeWorkbook } = await import('../files/workbook.ts');
  return writeWorkbook(request, format, tables);
}

/** Gives the sources that the configuration knows, by name, each connected when it is first read; `regie` is the public API. */
async function openSources(
  { sources: names, config }: NonNullable<Request['make']>,
  parent: ParentChannel,
  regie: object,
): Promise<(name: string) => Source> {
  const opened = new Map<string, Source>();
  const told = new Set<string>();
  // Each query has a session of its own; once is enough.
  const tell = (text: string) => {
    if (!told.has(text)) parent.send({ type: 'log', text });
    told.add(text);
  };
  // Not loaded for an installation without databases.
  const sources = names.length === 0 ? undefined : await import('../sources/open-source.ts');
  return (name) => {
    if (!sources || !names.includes(name)) throw unknownSource(name, names);
    const ownType = config === undefined ? undefined : () => loadSourceType(config, name, regie);
    const source =
      opened.get(name) ??
      sources.openSource(name, () => parent.connect(name), parent.signal, {
        tell,
        ...(ownType && { ownType }),
      });
    opened.set(name, source);
    return source;
  };
}
