import type { Config } from '../task/config.ts';
import type { Pool } from 'pg';

/** What `regie doctor` found out about one thing that Regie needs. */
export interface Finding {
  /** What was looked at: `PostgreSQL`. */
  what: string;
  /** `warning`: Regie works without it, or will see to it itself. */
  state: 'ok' | 'warning' | 'problem';
  found: string;
  /** What to do about it. */
  mend?: string;
}

export const ok = (what: string, found: string): Finding => ({ what, state: 'ok', found });
export const warning = (what: string, found: string, mend: string): Finding => ({
  what,
  state: 'warning',
  found,
  mend,
});
export const problem = (what: string, found: string, mend: string): Finding => ({
  what,
  state: 'problem',
  found,
  mend,
});

/** What a module's check of `regie doctor` gets. */
export interface CheckContext {
  config: Config;
  /** Undefined when none answers. */
  database: Pool | undefined;
}

/** Looks at what a module needs; within some seconds. */
export type Check = (context: CheckContext) => Promise<readonly Finding[]>;
