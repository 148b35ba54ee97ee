import { formatSchema, type CsvFormat } from '../../../../src/exports/api/format.ts';

/** A CSV format with the defaults that exports have. */
export function csvFormat(more: Partial<CsvFormat> = {}): CsvFormat {
  return formatSchema.parse({ type: 'csv', ...more }) as CsvFormat;
}
