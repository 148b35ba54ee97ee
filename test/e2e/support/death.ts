import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import pg from 'pg';

/** Everything by which a loader changes files. */
const acts = [
  'copyFileSync',
  'fsyncSync',
  'linkSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmdirSync',
  'rmSync',
  'unlinkSync',
  'writeFileSync',
] as const;

let left = Infinity;

/**
 * From now on this process kills itself with SIGKILL at the `after`-th moment that a crash could tell from the one
 * before: before and after each change of a file; before a statement, when it is sent, and when it is answered.
 */
export function dieAfter(after: number): void {
  left = after;
}

function moment(): void {
  left -= 1;
  // The kernel ends the process before this call returns.
  if (left <= 0) process.kill(process.pid, 'SIGKILL');
}

for (const name of acts) {
  const act = fs[name] as (...args: unknown[]) => unknown;
  Object.assign(fs, {
    [name](...args: unknown[]) {
      moment();
      const result = act.apply(fs, args);
      moment();
      return result;
    },
  });
}
syncBuiltinESMExports();

type Query = (this: pg.Client, ...args: unknown[]) => unknown;
const query = pg.Client.prototype.query as Query;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
  moment();
  const result = query.apply(this, args);
  setImmediate(moment);
  if (result instanceof Promise) result.then(moment, moment);
  return result;
} as typeof pg.Client.prototype.query;
