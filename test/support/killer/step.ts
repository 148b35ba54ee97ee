import type { Socket } from 'node:net';

/** What a process does that outlives it: a kill before it and a kill after it leave different things behind. */
export interface Step {
  kind: 'disk' | 'database' | 'network';
  /** The call with its arguments, for people: `fs.renameSync(/a, /b)`. */
  call: () => string;
  /** The connection that it goes over. */
  over?: Socket;
  /** Does it by half, as a process leaves a write that it was killed in. Only where that can be. */
  tear?: () => void;
}

/** Whoever counts steps, and lets a process die at one. */
export interface Watcher {
  /** Throws when the step must not happen any more. */
  before(step: Step): void;
  /** It took effect, or failed. */
  after(step: Step): void;
  /** Throws when the process counts as dead: for what a step consists of, which counts for nothing itself. */
  alive(): void;
}

let watcher: Watcher | undefined;

/** Who is told of every step of this process from now on; `undefined`: nobody. */
export function watch(by: Watcher | undefined): void {
  watcher = by;
}

export const watching = (): Watcher | undefined => watcher;

/** An argument of a call, for people. */
export function word(value: unknown): string {
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}…` : value;
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (value instanceof URL) return value.pathname;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : '…';
}
