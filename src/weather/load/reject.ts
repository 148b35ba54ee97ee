/** A piece of a file that was not loaded: where it stands, what it says, what was expected. */
export interface Reject {
  /** Short code of the cause: 'not-a-number', 'duplicate', 'overlap', … */
  what: RejectCode;
  /** Line of a text file, from 1. */
  line?: number;
  /** Place in a JSON file's array of entries, from 0. */
  entry?: number;
  /** Place in the entry's `data`, from 0; absent when the entry itself is meant. */
  item?: number;
  /** The item's `stop_dat` as sent. */
  stop?: string;
  /** Path below the item: `current.out_temp`; a column of a text file. */
  field?: string;
  /** What stands there; long ones cut. */
  value?: unknown;
  expected: string;
  /** All of the above in one line. */
  message: string;
}

export type RejectCode =
  | 'not-an-entry'
  | 'no-station'
  | 'no-data'
  | 'empty-data'
  | 'not-an-item'
  | 'nothing-in-it'
  | 'two-layouts'
  | 'not-a-number'
  | 'not-a-time'
  | 'not-a-flag'
  | 'given-twice'
  | 'no-stop'
  | 'no-start'
  | 'future'
  | 'no-duration'
  | 'bad-duration'
  | 'contradiction'
  | 'outside-period'
  | 'unknown-level'
  | 'duplicate'
  | 'overlap'
  | 'columns'
  | 'mixed-stations'
  | 'not-a-quality'
  | 'not-in-order'
  | 'total-fell'
  | 'unknown-station';

const SHOWN = 80;

/** Makes a reject and its message. */
export function rejected(parts: Omit<Reject, 'message'>): Reject {
  const { stop, field, value, expected } = parts;
  const place = `${placeOf(parts)}${stop === undefined ? '' : ` (${stop})`}`;
  const found =
    'value' in parts ? `${field === undefined ? '' : `${field} = `}${show(value)}` : (field ?? '');
  const shown = 'value' in parts ? { ...parts, value: cut(value) } : parts;
  return { ...shown, message: `${place}: ${found}${found ? '; ' : ''}expected ${expected}` };
}

/** `line 17`, or `entry 0, item 12`. */
export function placeOf({ line, entry, item }: Pick<Reject, 'line' | 'entry' | 'item'>): string {
  if (line !== undefined) return `line ${line}`;
  return `entry ${entry}${item === undefined ? '' : `, item ${item}`}`;
}

function show(value: unknown): string {
  if (value === undefined) return 'absent';
  return typeof value === 'number' ? String(value) : clip(JSON.stringify(value));
}

/** A value as it may stand in a report: as sent when short, else the beginning of its text. */
function cut(value: unknown): unknown {
  const text = JSON.stringify(value) ?? '';
  return text.length <= SHOWN ? value : clip(text);
}

function clip(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}
