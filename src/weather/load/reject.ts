import type { InputPosition, Refusal } from '../formats/format.ts';

/** A piece of a file that was not loaded: where it stands, what it says (long values cut), what was expected. */
export interface Reject extends Refusal {
  /** All of it in one line. */
  message: string;
}

/** Short codes of what is wrong with an item; formats have others. */
export type RejectCode =
  | 'not-an-item'
  | 'nothing-in-it'
  | 'two-layouts'
  | 'not-a-number'
  | 'not-a-time'
  | 'not-a-flag'
  | 'given-twice'
  | 'unknown-measure'
  | 'no-stop'
  | 'no-start'
  | 'future'
  | 'no-duration'
  | 'bad-duration'
  | 'contradiction'
  | 'outside-period'
  | 'unknown-level'
  | 'duplicate'
  | 'overlap';

const SHOWN = 80;

/** Makes a reject and its message. */
export function rejected(parts: Refusal): Reject {
  const { stop, field, value, expected } = parts;
  const position = `${positionText(parts)}${stop === undefined ? '' : ` (${stop})`}`;
  const found =
    'value' in parts ? `${field === undefined ? '' : `${field} = `}${show(value)}` : (field ?? '');
  const shown = 'value' in parts ? { ...parts, value: cut(value) } : parts;
  return { ...shown, message: `${position}: ${found}${found ? '; ' : ''}expected ${expected}` };
}

type Where = { [Part in 'line' | 'record' | 'entry' | 'item']?: number | undefined };

/** The parts of a place that are there. */
export function positionOfParts({ line, record, entry, item }: Where): InputPosition {
  return {
    ...(line === undefined ? {} : { line }),
    ...(record === undefined ? {} : { record }),
    ...(entry === undefined ? {} : { entry }),
    ...(item === undefined ? {} : { item }),
  };
}

/** `line 17`, `record 17`, or `entry 0, item 12`. */
export function positionText({ line, record, entry, item }: Where): string {
  if (line !== undefined) return `line ${line}`;
  if (record !== undefined) return `record ${record}`;
  return `entry ${entry}${item === undefined ? '' : `, item ${item}`}`;
}

function show(value: unknown): string {
  if (value === undefined) return 'absent';
  return typeof value === 'number' ? String(value) : clip(textOf(value));
}

/** A value as it may stand in a report: as sent when short, else the beginning of its text. */
function cut(value: unknown): unknown {
  const text = textOf(value);
  return typeof value !== 'bigint' && text.length <= SHOWN ? value : clip(text);
}

/** As JSON; formats of users may give what is none. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return String(value);
  }
}

function clip(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}
