import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for `work` until `signal` is aborted; then throws its reason, and what `work` comes to is nobody's concern. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  // It may fail later, when what it needs has gone.
  work.catch(() => undefined);
  const settled = new AbortController();
  try {
    return await Promise.race([work, rejected(signal, settled.signal)]);
  } finally {
    settled.abort();
  }
}

/** `false` when `work` has not ended within `ms`, or when `hurry` is aborted before. Throws what it throws until then. */
export async function endsWithin(ms: number, work: Promise<unknown>, hurry?: AbortSignal): Promise<boolean> {
  const ended = new AbortController();
  const signal = hurry ? AbortSignal.any([hurry, ended.signal]) : ended.signal;
  work.catch(() => undefined);
  try {
    return await Promise.race([work.then(() => true), sleep(ms, false, { signal }).catch(() => false)]);
  } finally {
    ended.abort();
  }
}

/** Rejected with the reason of `signal`; listens no longer than until `settled`. */
function rejected(signal: AbortSignal, settled: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: settled });
  });
}

/** What `work` comes to. @throws what it throws, and an Error with `words` when it takes longer than `ms`. */
export async function inTime<T>(ms: number, work: Promise<T>, words: string): Promise<T> {
  if (await endsWithin(ms, work)) return work;
  throw new Error(words);
}

/** What `work` comes to; nothing when it throws the reason of `signal`, which broke it off: an orderly end. */
export async function ignoringAbort<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return undefined;
    throw error;
  }
}
