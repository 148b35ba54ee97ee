import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shutdownSignal, type ShutdownSignals } from '../../src/command/shutdown-signal.ts';
import { processIo } from '../../src/command/output.ts';
import { CliSession } from '../../src/cli/frame/cli-session.ts';

const unasked = () => Promise.reject(new Error('no command is given here'));

let session: CliSession;
let at: ShutdownSignals;

beforeEach(() => {
  vi.useFakeTimers();
  session = new CliSession(processIo, { sendCommand: unasked, askRun: unasked });
  at = shutdownSignal(session);
});
afterEach(async () => {
  vi.useRealTimers();
  await session.close();
});

const state = () => [at.signal.aborted, at.hurry.aborted, session.exitCode];

test('a first Ctrl-C asks for the end; what npm hands on of it is no second one', () => {
  expect(state()).toEqual([false, false, 0]);
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGINT', 'SIGINT');
  expect(state()).toEqual([true, false, 0]);
});

test('a second one, later, hurries, and the exit code says so', () => {
  process.emit('SIGINT', 'SIGINT');
  vi.advanceTimersByTime(1_500);
  process.emit('SIGINT', 'SIGINT');
  expect(state()).toEqual([true, true, 130]);
});

test('so does SIGTERM; a terminal that goes away does not', () => {
  process.emit('SIGINT', 'SIGINT');
  vi.advanceTimersByTime(1_500);
  process.emit('SIGHUP', 'SIGHUP');
  process.stdout.emit('error', new Error('EIO'));
  expect(state()).toEqual([true, false, 0]);
  process.emit('SIGTERM', 'SIGTERM');
  expect(state()).toEqual([true, true, 143]);
});

test('an end that takes no end is ended', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  try {
    process.emit('SIGTERM', 'SIGTERM');
    vi.advanceTimersByTime(60_000);
    expect(exit).not.toHaveBeenCalled();
    process.emit('SIGTERM', 'SIGTERM');
    vi.advanceTimersByTime(60_000);
    expect(exit).toHaveBeenCalledWith(143);
  } finally {
    exit.mockRestore();
  }
});

test('once the command has ended, signals are nobody’s', async () => {
  const before = process.listenerCount('SIGINT');
  await session.close();
  expect(process.listenerCount('SIGINT')).toBe(before - 1);
});
