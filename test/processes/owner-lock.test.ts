import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AlreadyRunning, lockHome } from '../../src/processes/owner-lock.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'regie-test-lock-'));
});

afterEach(() => rm(home, { recursive: true }));

test('the second is refused with the pid of the first, until it lets go', async () => {
  const lock = await lockHome(home);
  const refused = lockHome(home);
  await expect(refused).rejects.toThrow(AlreadyRunning);
  await expect(refused).rejects.toThrow(`pid ${process.pid}`);
  await lock.release();
  const again = await lockHome(home);
  await again.release();
  const files = await readdir(home);
  expect(files).toEqual(['up.lock.2']);
  expect((await stat(path.join(home, 'up.lock.2'))).mode & 0o777).toBe(0o600);
});

test.each([
  ['a pid that no longer runs', { pid: 2 ** 22 + 1, started: 'boot:1' }],
  ['a pid that another process has now', { pid: process.pid, started: 'boot:1' }],
])('a lock of %s is void, and only one of many takes it over', async (_, owner) => {
  for (let round = 1; round <= 20; round++) {
    const stale = Math.max(0, ...(await readdir(home)).map((name) => Number(name.split('.').pop()))) + 1;
    await writeFile(path.join(home, `up.lock.${stale}`), JSON.stringify({ owner }));
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => lockHome(home)));
    const won = tries.filter((one) => one.status === 'fulfilled');
    const lost = tries.filter((one) => one.status === 'rejected').map(({ reason }) => reason as unknown);
    expect(won).toHaveLength(1);
    expect(lost.every((error) => error instanceof AlreadyRunning)).toBe(true);
    await won[0]!.value.release();
  }
});

test('of many who wait for their turn, never two own the folder at once', async () => {
  let owners = 0;
  let most = 0;
  const worker = async () => {
    for (let turns = 0; turns < 8;) {
      const lock = await lockHome(home).catch((error: unknown) => {
        if (!(error instanceof AlreadyRunning)) throw error;
      });
      if (!lock) continue;
      most = Math.max(most, ++owners);
      await new Promise(setImmediate);
      owners--;
      turns++;
      await lock.release();
    }
  };
  await Promise.all(Array.from({ length: 5 }, worker));
  expect(most).toBe(1);
});

test('a damaged lock is named, not ignored', async () => {
  await writeFile(path.join(home, 'up.lock.7'), '{"owner"');
  await expect(lockHome(home)).rejects.toThrow(path.join(home, 'up.lock.7'));
});
