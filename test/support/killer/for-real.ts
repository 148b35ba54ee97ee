import fs from 'node:fs';
import './disk.ts';
import './database.ts';
import { watch, type Step } from './step.ts';

/**
 * From now on this process kills itself with SIGKILL at the `at`-th moment that a crash could tell from the one
 * before: before and after each step on disk, and in the middle of a write; before a statement, when it is sent, and
 * when it is answered. Writes into the file `note` at what.
 */
export function dieAt(at: number, note: string): void {
  let left = at;
  const moment = (where: string, { call }: Step, half?: () => void) => {
    left -= 1;
    if (left > 0) return;
    watch(undefined);
    try {
      half?.();
    } catch {
      // It would have failed.
    }
    fs.writeFileSync(note, `${where} ${call()}`);
    // The kernel ends the process before this call returns.
    process.kill(process.pid, 'SIGKILL');
  };
  watch({
    before(step) {
      moment('before', step);
      if (step.tear) moment('in the middle of', step, step.tear);
      if (step.kind === 'database') setImmediate(() => moment('having sent', step));
    },
    after: (step) => moment('after', step),
    alive: () => undefined,
  });
}
