import { expect, test } from 'vitest';
import { endsWithin, unlessAborted } from '../../src/task/in-time.ts';

const never = new Promise<never>(() => undefined);

test('what is waited for is given up with the reason of the signal, also of one that was aborted before', async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(controller.signal, never);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(unlessAborted(controller.signal, never)).rejects.toBe(reason);
});

test('what has ended gives its value or its error', async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(signal, Promise.resolve(7))).toBe(7);
  await expect(unlessAborted(signal, Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await unlessAborted(undefined, Promise.resolve(7))).toBe(7);
});

test('an end is waited for so long, and no longer in a hurry', async () => {
  expect(await endsWithin(60_000, Promise.resolve())).toBe(true);
  expect(await endsWithin(1, never)).toBe(false);
  expect(await endsWithin(60_000, never, AbortSignal.abort())).toBe(false);
  await expect(endsWithin(60_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
});
