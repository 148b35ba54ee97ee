import type { ResolvedConnection } from '../sources/sources-section.ts';
import type { Period } from '../period.ts';
import type { Description, Produced } from './job.ts';

/** A place in a file of the user's; `file` absolute, `line` from 1. */
export interface SourceLocation {
  file: string;
  line?: number;
}

/** What went wrong in the child, in words. */
export interface Failure {
  /** What was being done: `load` until the export is described, then the method. */
  stage: Stage;
  message: string;
  location?: SourceLocation;
}

export type Stage = 'load' | 'before' | 'rows' | 'check' | 'after';

/** What the child is asked for. */
export interface Request {
  name: string;
  campaign: string;
  module: string;
  /** ms for loading the module. */
  loadWithin: number;
  /** Absent: describe only. */
  make?: {
    period: Period;
    /** The file to write. */
    part: string;
    sources: readonly string[];
    /** The configuration that declares them, absolute: types of the user's are in it. */
    config?: string;
    /** ms for all of it. */
    within: number;
    limit?: number;
  };
}

export type ToChild =
  | { type: 'begin'; request: Request }
  | { type: 'connection'; name: string; settings: ResolvedConnection }
  | { type: 'no connection'; name: string; error: string }
  | { type: 'cancel' };

export type ToParent =
  | { type: 'ready' }
  /** The module is loaded and checked: from now on failures are those of its methods. */
  | { type: 'loaded'; description: Description }
  | { type: 'connect'; name: string }
  | { type: 'progress'; step: string; rows?: number }
  | { type: 'log'; text: string }
  | { type: 'produced'; produced: Produced }
  | { type: 'failed'; failure: Failure };

/**
 * The last word of a child that ends itself: one line of JSON on a pipe of its own, since what sits in the queue of the channel when a process
 * is killed is lost.
 */
export type LastWord =
  | { why: 'memory' }
  /** `place`: what was being executed; absent while it waited for something. */
  | { why: 'late'; loading: boolean; location?: SourceLocation; waiting: boolean }
  | { why: 'exit'; code: number; location?: SourceLocation };

/** File descriptor of that pipe in the child. */
export const LAST_WORD_FD = 4;

/** Reads a last word. Other writing on that pipe is none: the module may have found it. */
export function lastWordOf(line: string): LastWord | undefined {
  try {
    const word = JSON.parse(line) as Partial<LastWord> | null;
    return word?.why === undefined ? undefined : (word as LastWord);
  } catch {
    return undefined;
  }
}
