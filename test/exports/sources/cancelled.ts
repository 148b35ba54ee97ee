import { expect } from 'vitest';
import { eventually } from '../../support/installation.ts';

/** Cancels a stream while its server works on it: the stream ends with the reason, and the server is stopped. */
export async function endsWhenCancelled(
  stream: (signal: AbortSignal) => AsyncIterable<unknown>,
  running: () => Promise<number | null>,
): Promise<void> {
  const cancel = new AbortController();
  const rows = stream(cancel.signal)[Symbol.asyncIterator]();
  const first = rows.next();
  first.catch(() => undefined);
  await eventually(async () => expect(await running()).toBe(1));
  cancel.abort(new Error('stopped by the operator'));
  await expect(
    (async () => {
      await first;
      for (;;) await rows.next();
    })(),
  ).rejects.toThrow('stopped by the operator');
  await eventually(async () => expect(await running()).toBe(0));
}
