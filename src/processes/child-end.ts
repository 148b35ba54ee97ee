import type { ChildProcess } from 'node:child_process';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { killGroup } from './process-group.ts';

/** How a child process has ended. */
export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * Waits until a child process that leads a group of its own has ended; programs that it has left behind there are ended too. What it has said may still be
 * on its way: its outputs and its channel are read for so long, ms; those that are open then are held by programs that it started in sessions of their own.
 * @throws the error by which it could not be started.
 */
export async function childEnd(child: ChildProcess, within: number): Promise<ChildEnd> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  const disconnected = child.connected && new Promise((resolve) => child.once('disconnect', resolve));
  const ended = await new Promise<ChildEnd>((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', (error) => child.pid === undefined && reject(error));
  });
  killGroup(child.pid!);
  const over = Promise.all([closed, disconnected]).then(() => true);
  // A process that was busy all the time finds its timer due before it has read what lies in the pipes, which is all that there still is.
  if (!(await Promise.race([over, sleep(within, false)]))) await setImmediate();
  return ended;
}

/** Does a line of standard error say that V8 gives up for want of memory? */
export const saysOutOfMemory = (line: string) => line.includes('JavaScript heap out of memory');
