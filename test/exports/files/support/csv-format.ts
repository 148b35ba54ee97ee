import { formatSchema, type CsvFormat } from '../../../../src/exports/api/file-format.ts';

/** A CSV format with the defaults that exports have. */
export function csvFormat(more: Partial<CsvFormat> = {}): CsvFormat {
  return formatSchema.parse({ type: 'csv', ...more }) as CsvFormat;
}
