import { z } from 'zod';

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
