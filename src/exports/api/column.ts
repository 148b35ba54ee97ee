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
