import { constants } from 'node:os';
import type { Session } from './session.ts';

/** How a command that has something to stop is ended. */
export interface ShutdownSignals {
  /** Aborted by the first Ctrl-C, by SIGTERM, or when the terminal goes away: stop in order. */
  signal: AbortSignal;
  /** Aborted by a second one: stop at once, with what is safe after a crash anyway. */
  hurry: AbortSignal;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * npm hands on the Ctrl-C that the terminal has already sent, and a terminal that is closed sends more than one signal:
 * what comes within this time, ms, of the first is the same wish.
 */
const SAME_WISH_MS = 1_000;
/** Stopping at once takes a few seconds where a server hangs. Should it hang itself, the process ends all the same. */
const HURRIED_MS = 20_000;

/**
 * For commands that have servers or runs to stop in order: a first signal asks for it, a second one hurries, and then the
 * exit code says so (128 + its number, as of a program that a signal ended). A terminal that goes away never hurries.
 */
export function shutdownSignal(session: Pick<Session, 'exitCode' | 'onClose'>): ShutdownSignals {
  const order = new AbortController();
  const haste = new AbortController();
  let last: NodeJS.Timeout | undefined;
  const ended = { at: 0 };
  const end = () => {
    if (order.signal.aborted) return;
    ended.at = performance.now();
    order.abort();
  };
  const onSignal = (name: (typeof signals)[number]) => {
    if (!order.signal.aborted || name === 'SIGHUP') return end();
    if (haste.signal.aborted || performance.now() - ended.at < SAME_WISH_MS) return;
    session.exitCode = 128 + constants.signals[name];
    last = setTimeout(() => process.exit(session.exitCode), HURRIED_MS);
    haste.abort();
  };
  for (const signal of signals) process.on(signal, onSignal);
  // Nobody reads any more (`regie up | head`, a closed terminal).
  for (const stream of [process.stdout, process.stderr]) stream.on('error', end);
  session.onClose(async () => {
    clearTimeout(last);
    for (const signal of signals) process.off(signal, onSignal);
    for (const stream of [process.stdout, process.stderr]) stream.off('error', end);
  });
  return { signal: order.signal, hurry: haste.signal };
}
