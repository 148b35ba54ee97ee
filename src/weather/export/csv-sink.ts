import { stringify } from 'csv-stringify/sync';
import { open } from 'node:fs/promises';
import type { ExportColumn } from './export-columns.ts';
import type { Sink } from './sink.ts';

/** CSV as RFC 4180 has it: UTF-8, a header, CRLF, quotes where needed; times as ISO 8601 UTC, absent is empty. */
export async function openCsv(file: string, columns: readonly ExportColumn[]): Promise<Sink> {
  const handle = await open(file, 'wx');
  const write = async (rows: readonly (readonly unknown[])[]) => {
    await handle.appendFile(
      stringify([...rows], {
        record_delimiter: 'windows',
        cast: { date: (at) => at.toISOString() },
      }),
    );
  };
  await write([columns.map(({ name }) => name)]);
  return { write, finish: async () => undefined, close: () => handle.close() };
}
