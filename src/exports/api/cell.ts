/**
 * A date without a time and without a zone, as a database's `date` gives it: `2026-11-20`. Kept as the database's own
 * text, so that it comes out as it went in.
 */
export class PlainDate {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/**
 * A date and a time of day without a zone, as a database's `timestamp` or `datetime` gives it: `2026-11-20 08:15:00`,
 * perhaps with fractions of a second.
 */
export class PlainDateTime {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** An exact decimal number, as a database's `numeric` gives it: `1234.50`. Digits are neither lost nor added. */
export class Decimal {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** What one cell of a row may be. A `Date` is a moment; it is written as local time in the target's zone. */
export type Cell =
  string | number | bigint | boolean | Date | PlainDate | PlainDateTime | Decimal | null | undefined;

/** A row: cells in the order of the header, or an object. */
export type Row = readonly Cell[] | Readonly<Record<string, Cell>>;
