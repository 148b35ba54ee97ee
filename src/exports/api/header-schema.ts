import { z } from 'zod';
import { columnsOf, type Column, type Header } from './column.ts';
import { checked, DefinitionFault } from './faults.ts';

/** The letters of which patterns of dates consist; others of them are mistakes such as `YYYY` and `DD`. */
const pattern = z.string().refine((text) => {
  const rest = text.replaceAll(/yyyy|MM|dd|HH|mm|ss|SSS/g, '');
  return rest !== text && !/[yYMdDHhmsS]/.test(rest);
}, "expected a pattern of yyyy, MM, dd, HH, mm, ss, SSS, such as 'dd/MM/yyyy'");

const columnSchema = z.strictObject({
  name: z.string(),
  key: z.string().min(1).optional(),
  type: z.enum(['text', 'number', 'date', 'datetime', 'boolean']).optional(),
  format: pattern.optional(),
  decimals: z.number().int().min(0).max(20).optional(),
  decimalMark: z.enum(['.', ',']).optional(),
  booleans: z.tuple([z.string(), z.string()]).readonly().optional(),
});

const headerSchema = z
  .array(
    z.union([z.string(), columnSchema], { error: "expected a title, or a column such as { name: 'Price' }" }),
    {
      error: "expected the titles of the columns: ['id', 'name']",
    },
  )
  .min(1, 'it is empty; expected the titles of the columns');

/**
 * The columns of a header. Two may have the same title.
 * @throws {DefinitionFault} naming the entry; `at` is where the header stands.
 */
export function checkHeader(header: unknown, at: PropertyKey[] = ['header']): Column[] {
  if (header === undefined)
    throw new DefinitionFault('it has no header; expected the titles of the columns', String(at[0]));
  return columnsOf(checked(headerSchema, header, (path) => [...at, ...path]) as Header);
}
