import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { JobQueue } from '../../../src/weather/load/queue-hours.ts';

test('jobs run one after the other, in order, while no more than the limit wait', async () => {
  const queue = new JobQueue(2);
  const done: number[] = [];
  let running = 0;
  for (let n = 0; n < 6; n += 1) {
    await queue.add(async () => {
      expect((running += 1)).toBe(1);
      await setTimeout(5);
      running -= 1;
      done.push(n);
    });
    expect(n + 1 - done.length).toBeLessThanOrEqual(2);
  }
  await queue.drain();
  expect(done).toEqual([0, 1, 2, 3, 4, 5]);
});

test('after a job that failed none is begun, and whoever waits is told why', async () => {
  const queue = new JobQueue(2);
  const done: number[] = [];
  await queue.add(async () => {
    await setTimeout(5);
    throw new Error('the disk is full');
  });
  await queue.add(async () => void done.push(1));
  await expect(queue.add(async () => void done.push(2))).rejects.toThrow('the disk is full');
  await expect(queue.drain()).rejects.toThrow('the disk is full');
  expect(done).toEqual([]);
});
