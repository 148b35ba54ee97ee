import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { withRetries } from '../../src/reach/deadline.ts';

/** Calls nothing: what is asked here answers by itself. */
const client = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
const late = Object.assign(new Error('4 DEADLINE_EXCEEDED'), { code: 4, details: 'late' });

test('a server that is late is asked as often as there is time for', async () => {
  let asked = 0;
  const answersAt = (n: number) => async () => {
    asked += 1;
    if (asked < n) throw late;
    return 'here';
  };
  expect(await withRetries(client, answersAt(2))).toBe('here');
  asked = 0;
  await expect(withRetries(client, answersAt(3))).rejects.toBe(late);
  asked = 0;
  expect(await withRetries(client, answersAt(10), 10)).toBe('here');
});

test('what is no matter of time is not asked again', async () => {
  let asked = 0;
  const ask = async () => {
    asked += 1;
    throw new Error('no such namespace');
  };
  await expect(withRetries(client, ask, 10)).rejects.toThrow('no such namespace');
  expect(asked).toBe(1);
});
