import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Groups } from '../../../src/transfer/pull/groups.ts';

const limits = { files: 3, bytes: 100, age: 10_000 };

it('closes a group by number, by bytes, by age, and at the end', async () => {
  const done: string[] = [];
  const groups = new Groups<string>({ ...limits, age: 20 }, async (group) => void done.push(group.join('')));
  for (const item of ['a', 'b', 'c', 'd']) await groups.add(item, 1);
  await groups.add('e', 100);
  await setTimeout(5);
  expect(done).toEqual(['abc', 'de']);
  await groups.add('f', 1);
  while (done.length < 3) await setTimeout(5);
  await groups.add('g', 1);
  await groups.drain();
  expect(done).toEqual(['abc', 'de', 'f', 'g']);
});

it('finishes one group after the other, and holds back whoever is too far ahead', async () => {
  let running = 0;
  let most = 0;
  let finished = 0;
  const groups = new Groups<number>(limits, async () => {
    most = Math.max(most, (running += 1));
    await setTimeout(5);
    running -= 1;
    finished += 1;
  });
  for (let n = 0; n < 30; n += 1) {
    await groups.add(n, 1);
    // Groups closed so far, less those that may wait.
    expect(finished).toBeGreaterThanOrEqual(Math.floor((n + 1) / limits.files) - 3);
  }
  await groups.drain();
  expect([most, finished]).toEqual([1, 10]);
});

it('begins none after one that failed, and says so to everybody', async () => {
  const begun: string[] = [];
  const groups = new Groups<string>({ ...limits, files: 1 }, async ([item]) => {
    begun.push(item!);
    if (item === 'bad') throw new Error('bad');
  });
  await groups.add('good', 1);
  await groups.add('bad', 1);
  await setTimeout(5);
  await expect(groups.add('late', 1)).rejects.toThrow('bad');
  await expect(groups.drain()).rejects.toThrow('bad');
  expect(begun).toEqual(['good', 'bad']);
});
