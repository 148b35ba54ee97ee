import { z } from 'zod';
import { checked, DefinitionFault } from './shown-values.ts';

/** A column of an export: its title in the header row, and how its cells are written. */
export interface Column {
  /** The title in the header row. */
  name: string;
  /**
   * The property of a row object that holds the cell. Left out everywhere: objects whose keys are the titles, in any
   * order, are read by title, others by position in the order of their keys.
   */
  key?: string;
  /**
   * What the cells are. Left out: what each value is by itself (a number is a number, a `PlainDate` a date, a string
   * text, whatever digits it consists of). `text` keeps leading zeros of whatever comes.
   */
  type?: 'text' | 'number' | 'date' | 'datetime' | 'boolean';
  /**
   * How dates and times are written: `yyyy MM dd HH mm ss SSS` with any other characters between them. CSV: the text
   * itself; by default `yyyy-MM-dd` and `yyyy-MM-dd HH:mm:ss`. Spreadsheets: the cell stays a date and is shown so.
   */
  format?: string;
  /** Digits after the decimal point of numbers; by default as they come. */
  decimals?: number;
  /** Decimal mark of numbers in CSV; by default `.`. */
  decimalMark?: '.' | ',';
  /** `true` and `false` as text in CSV; by default `true` and `false`. */
  booleans?: readonly [yes: string, no: string];
}

/** A header: titles, or columns where more is to be said. */
export type Header = readonly (string | Column)[];

/** The header's entries as columns. */
export function columnsOf(header: Header): Column[] {
  return header.map((entry) => (typeof entry === 'string' ? { name: entry } : entry));
}

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
