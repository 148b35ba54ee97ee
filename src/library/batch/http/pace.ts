import type { IncomingMessage } from 'node:http';
import { Refusal } from './http-refusal.ts';
import type { HttpSettings } from './endpoint-settings.ts';

/**
 * Watches how a request's body comes in: refuses one that is too large, or so slow that it only holds a place. Gives a
 * function that ends the watch.
 */
export function watchPace(
  request: IncomingMessage,
  {
    maxBatchBytes,
    idleTimeout,
    leastBytes,
  }: Pick<HttpSettings, 'maxBatchBytes' | 'idleTimeout' | 'leastBytes'>,
  refuse: (refusal: Refusal) => void,
): () => void {
  let bytes = 0;
  let before = 0;
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBatchBytes)
      refuse(new Refusal(413, `expected at most ${maxBatchBytes} bytes in one request`));
  };
  const timer = setInterval(() => {
    if (bytes - before < leastBytes)
      refuse(
        new Refusal(
          408,
          `the request brought ${bytes - before} bytes in ${idleTimeout / 1000} s; expected at least ${leastBytes}`,
        ),
      );
    before = bytes;
  }, idleTimeout);
  request.on('data', onData);
  return () => {
    clearInterval(timer);
    request.off('data', onData);
  };
}
