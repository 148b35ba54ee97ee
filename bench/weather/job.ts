import type { ClientBase } from 'pg';
import type { Cpu } from './cpu.ts';

/** What a process of its own is to measure. */
export type Job =
  /** `JSON.parse` of all files of a folder. */
  | { what: 'parse'; folder: string }
  /** COPY of encoded rows (a file) into a table of the database. */
  | { what: 'copy'; url: string; rows: string; table: string }
  /** The tasks' own work; the inbox is that of the installation folder `root`. */
  | { what: 'load' | 'aggregate' | 'load and aggregate'; url: string; root: string };

/** What it found. */
export interface Measured {
  /** Of the work alone: the process and its connection were ready before. */
  ms: number;
  cpu: Cpu;
  /** Resident memory at the start of the work and its peak up to the end, bytes. */
  memoryBefore: number;
  memoryPeak: number;
  /** Counts of the task's report. */
  counts?: Record<string, number>;
}

/** What the clock said. */
export type Timed = Pick<Measured, 'ms' | 'cpu'>;

/** To be called when everything is ready: starts the clock; gives what stops it. `connections`: those that the work is done on. */
export type StartClock = (connections?: readonly ClientBase[]) => Promise<() => Timed>;
