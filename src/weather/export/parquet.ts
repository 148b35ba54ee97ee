import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { ExportColumn, Value } from './export-columns.ts';
import type { Sink } from './sink.ts';

/** What readers skip by, and what is in memory before it is written: 10,000 rows of 150 columns are some 25 MB. */
const ROW_GROUP = 10_000;

type Element = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

const types: Record<ExportColumn['type'], Pick<Element, 'type' | 'converted_type' | 'logical_type'>> = {
  number: { type: 'DOUBLE' },
  // An instant: readers that know zones show it in theirs.
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  // As text: pyarrow and R read Parquet's own JSON type as bytes.
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
};

/** Apache Parquet, Snappy, every column optional. */
export function openParquet(file: string, columns: readonly ExportColumn[]): Sink {
  const writer = new ParquetWriter({
    writer: fileWriter(file),
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type }) => ({
        name,
        repetition_type: 'OPTIONAL' as const,
        ...types[type],
      })),
    ],
    createdBy: 'regie',
  });
  let group: Value[][] = columns.map(() => []);
  const flush = async () => {
    if (group[0]?.length === 0) return;
    await writer.write({
      columnData: columns.map(({ name }, i) => ({ name, data: group[i]! })),
      rowGroupSize: ROW_GROUP,
    });
    group = columns.map(() => []);
  };
  return {
    async write(rows) {
      for (const row of rows) {
        for (const [i, value] of row.entries()) group[i]!.push(value);
        if (group[0]!.length >= ROW_GROUP) await flush();
      }
    },
    async finish() {
      await flush();
      await writer.finish();
    },
    close: async () => undefined,
  };
}
