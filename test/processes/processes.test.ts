import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import {
  commandLine,
  endProcess,
  findByArgument,
  identify,
  isRunning,
} from '../../src/processes/processes.ts';

const children: ChildProcess[] = [];

/** A Node process that runs `code` and then says so. */
async function start(code: string, ...args: string[]): Promise<number> {
  const child = spawn(process.execPath, ['-e', `${code}; process.stdout.write('ready')`, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid!;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const IDLE = 'setInterval(() => undefined, 1000)';

describe('identify', () => {
  test('tells a process from a later one with the same pid', async () => {
    const id = identify(await start(IDLE))!;
    expect(isRunning(id)).toBe(true);
    expect(isRunning({ ...id, started: `${id.started}0` })).toBe(false);
    expect(await endProcess({ ...id, started: `${id.started}0` }, 1_000)).toBe(false);
    expect(isRunning(id)).toBe(true);
  });

  test('gives the same answer to every process of this machine', async () => {
    expect(identify(process.pid)?.pid).toBe(process.pid);
    expect(identify(process.pid)).toEqual(identify(process.pid));
    expect(identify(2 ** 22 + 1)).toBeUndefined();
  });

  test('a zombie does not run', async () => {
    // The shell becomes `sleep`, which never collects the child that ended behind it.
    const parent = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(parent);
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    await expect.poll(() => identify(Number(said.toString()))).toBeUndefined();
  });
});

describe('endProcess', () => {
  test('lets a process end by itself on SIGTERM', async () => {
    const pid = await start(`process.on('SIGTERM', () => process.exit(3)); ${IDLE}`);
    const ended = once(children[0]!, 'exit');
    expect(await endProcess(identify(pid)!, 10_000)).toBe(true);
    expect(await ended).toEqual([3, null]);
  });

  test('kills one that does not', async () => {
    const pid = await start(`process.on('SIGTERM', () => undefined); ${IDLE}`);
    const ended = once(children[0]!, 'exit');
    expect(await endProcess(identify(pid)!, 100)).toBe(true);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });
});

test('findByArgument finds a process by one of its arguments', async () => {
  const mark = `/nowhere/${process.pid}/a file with spaces.db`;
  const pid = await start(IDLE, mark);
  expect(findByArgument(mark)).toEqual([pid]);
  expect(commandLine(pid).join(' ')).toContain(mark);
});
