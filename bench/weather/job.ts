import type { ClientBase } from 'pg';
import type { Cpu } from './cpu.ts';

/** What a process of its own is to measure. */
export type Job =
  /** `JSON.parse` of all files of a folder. */
  | { what: 'parse'; folder: string }
  /** COPY of encoded rows (a file) into a table of the database. */
  | { what: 'copy'; url: string; rows: string; table: string }
  /** The tasks' own work; the inbox is that of the installation folder `root`. */
  | { what: 'load' | 'aggregate' | 'load and aggregate'; url: string; root: string; limits?: Limits }
  /** Each file of a folder alone, loaded and aggregated, by each of the installations in turn. */
  | { what: 'singles'; installations: readonly { url: string; root: string }[]; folder: string };

/** Physical limits that replace the built-in ones, by station and measure. */
export type Limits = Readonly<Record<string, Readonly<Record<string, readonly [low: number, high: number]>>>>;

/** What each file alone took, ms. */
export interface Singles {
  load: number[];
  aggregate: number[];
}

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
  /** By installation. */
  singles?: Singles[];
}

/** What the clock said. */
export type Timed = Pick<Measured, 'ms' | 'cpu'>;

/** To be called when everything is ready: starts the clock; gives what stops it. `connections`: those that the work is done on. */
export type StartClock = (connections?: readonly ClientBase[]) => Promise<() => Timed>;
