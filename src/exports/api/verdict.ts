import { shown } from './shown-values.ts';

/** What `check` says of a finished file. */
export type Verdict =
  | { verdict: 'deliver' }
  /** Kept until an operator says `release` or `discard`. */
  | { verdict: 'hold'; reason: string }
  /** Not good: the export fails, and is tried again within its window. */
  | { verdict: 'fail'; reason: string };

/** The file may go out. */
export const deliver = (): Verdict => ({ verdict: 'deliver' });

/** The file is kept until an operator has looked at it; `reason` is what they read. */
export const hold = (reason: string): Verdict => ({ verdict: 'hold', reason });

/** The file is wrong; `reason` is what operators read. */
export const fail = (reason: string): Verdict => ({ verdict: 'fail', reason });

/** A finished file, as `check` gets it. */
export interface ProducedFile {
  /** Its final name. */
  name: string;
  /** Where it lies now, absolute, for checks that read it. */
  path: string;
  /** Rows of data, without header rows, over all sheets. */
  rows: number;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
  /** Characters that the encoding lacked and that were replaced. */
  replaced: number;
  /** Of a spreadsheet: its sheets, those that rolled over included. */
  sheets: { name: string; rows: number }[];
}

/** What `check` gave, when it is a verdict. @throws a sentence that names what it gave. */
export function checkVerdict(given: unknown): Verdict {
  const { verdict, reason } = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  if (verdict === 'deliver') return { verdict };
  if ((verdict === 'hold' || verdict === 'fail') && typeof reason === 'string' && reason.trim() !== '')
    return { verdict, reason };
  if (verdict === 'hold' || verdict === 'fail')
    throw new TypeError(
      `check returned ${verdict}() without a reason; expected ${verdict}('why'): operators read it`,
    );
  throw new TypeError(`check returned ${shown(given)}; expected deliver(), hold('why') or fail('why')`);
}
