import type { ResolvedConnection } from '../sources/sources-section.ts';
import type { ToChild, ToParent } from './host-messages.ts';

/** The child's side of the channel to its parent. */
export interface ParentChannel {
  send(message: ToParent): void;
  /** Sends the last message, and ends the process once it is out. */
  finish(message: ToParent): void;
  /** Settings of a source, from the parent. Rejects with the reason why there are none. */
  connect(source: string): Promise<ResolvedConnection>;
  /** The request, once the parent has sent it. */
  begun: Promise<Extract<ToChild, { type: 'begin' }>['request']>;
  /** Aborted when the parent cancels. */
  signal: AbortSignal;
}

/**
 * Takes the channel away from the process: what the user's module says by `process.send`, or does not want to hear, must not get between.
 * When the parent goes the process ends.
 */
export function takeChannel(): ParentChannel {
  const post = process.send?.bind(process) as ((message: ToParent, done?: () => void) => void) | undefined;
  if (!post) throw new Error('expected to be started by the worker');
  // The channel's own `exit` must work when the user's code has replaced it.
  const exit = process.exit.bind(process);
  const waiting = new Map<string, PromiseWithResolvers<ResolvedConnection>>();
  const cancelled = new AbortController();
  const begun = withResolvers<Extract<ToChild, { type: 'begin' }>['request']>();
  process.on('message', (message: ToChild) => {
    if (message.type === 'begin') begun.resolve(message.request);
    else if (message.type === 'cancel') cancelled.abort(new Error('cancelled'));
    else if (message.type === 'connection') waiting.get(message.name)?.resolve(message.settings);
    else waiting.get(message.name)?.reject(new Error(message.error));
  });
  process.on('disconnect', () => exit(1));
  delete process.send;
  return {
    send: (message) => post(message),
    finish: (message) => post(message, () => exit(0)),
    connect(source) {
      const known = waiting.get(source);
      if (known) return known.promise;
      const asked = withResolvers<ResolvedConnection>();
      waiting.set(source, asked);
      // It is thrown where it is awaited.
      asked.promise.catch(() => undefined);
      post({ type: 'connect', name: source });
      return asked.promise;
    },
    begun: begun.promise,
    signal: cancelled.signal,
  };
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** Node 20 has no `Promise.withResolvers`. */
function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
