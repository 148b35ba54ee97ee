import { z } from 'zod';

/** How a CSV file is written. */
export interface CsvFormat {
  type: 'csv';
  /** Between cells; one character. Default `;`. */
  separator: string;
  /** Default `utf-8`. */
  encoding: 'utf-8' | 'utf-8-bom' | 'latin-1' | 'windows-1252';
  /** A character that the encoding lacks: `replace` it by `?` and count it, or `fail`. Default `fail`. */
  unencodable: 'replace' | 'fail';
  /** `minimal`: only cells that need it. Default `minimal`. */
  quoting: 'minimal' | 'all';
  /** Write the titles as the first line? Default `true`. */
  headerRow: boolean;
  /**
   * Formula injection guard: text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe before it,
   * so that a spreadsheet that opens the file takes it for text. Default `false`: the file is read by programs.
   */
  guard: boolean;
}

/** How a spreadsheet is written. `.xls` (BIFF8) has 65,536 rows × 256 columns a sheet, `.xlsx` 1,048,576 × 16,384; more rows go on in the next sheet. */
export interface SheetFormat {
  type: 'xls' | 'xlsx';
  /** Write the titles as the first row of each sheet? Default `true`. */
  headerRow: boolean;
}

export type FileFormat = CsvFormat | SheetFormat;

/** Checks how a file is written and fills in the defaults. */
export const formatSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('csv'),
      separator: z
        .string()
        .refine((text) => /^[^"\r\n]$/u.test(text), {
          error: 'expected one character, other than a quotation mark or a line break',
        })
        .default(';'),
      encoding: z.enum(['utf-8', 'utf-8-bom', 'latin-1', 'windows-1252']).default('utf-8'),
      unencodable: z.enum(['replace', 'fail']).default('fail'),
      quoting: z.enum(['minimal', 'all']).default('minimal'),
      headerRow: z.boolean().default(true),
      guard: z.boolean().default(false),
    }),
    sheetSchema('xls'),
    sheetSchema('xlsx'),
  ],
  { error: "expected 'csv', 'xls' or 'xlsx'" },
);

function sheetSchema<T extends 'xls' | 'xlsx'>(type: T) {
  return z.strictObject({
    type: z.literal(type),
    headerRow: z.boolean().default(true),
    sheet: z.string().min(1).default('Sheet1'),
  });
}
