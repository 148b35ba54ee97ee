import type { Kind } from './kind.ts';
import type { Installation } from './installation.ts';

/** A checked task: its kind found, its settings parsed, its period in milliseconds. */
export interface Task {
  name: string;
  kind: Kind;
  /** Its own aliases and its kind's. */
  aliases: string[];
  every: number;
  after?: string;
  settings: unknown;
  /** Sentences about settings that were given under names they once had; absent when there are none. */
  renamed?: string[];
  /** SHA-256 of what the schedule and the runs depend on: lets `apply` and workers notice a difference. */
  hash: string;
}

/** The checked configuration of one installation. */
export interface Config extends Installation {
  tasks: Task[];
}
