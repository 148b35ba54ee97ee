import type { Mask } from '../status/mask.ts';
import type { Comparison } from './rule-settings.ts';

/** A rule's `from`, its names found in the database: all of it must hold. */
export interface Criteria {
  /** Looks at what is in the trash, and at nothing else; otherwise at what is not in it. */
  trash: boolean;
  type?: 'record' | 'story';
  collections?: { compare: '=' | '!='; ids: number[] };
  status?: Mask;
  values: ValueClause[];
  dates: DateClause[];
}

export interface ValueClause {
  fieldId: number;
  /** The column of `library.value` that is compared: the field's type. */
  column: 'text' | 'number' | 'date';
  compare: Comparison;
  value: string | number;
}

export interface DateClause {
  /** A field, or a column of the record itself. */
  of: { fieldId: number } | 'created_at' | 'modified_at' | 'trashed_at';
  direction: 'before' | 'after';
  /** Days. */
  delta: number;
  /** Does a record without the date match too? */
  orMissing: boolean;
}
