import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { devNull } from 'node:os';
import { tearOf } from './tear.ts';
import { watching, word, type Step } from './step.ts';

/**
 * Reports every step of this process on disk, by whatever function of Node it goes: importing this is enough. All
 * functions are steps but for those that are known to change nothing, so that one which is used for the first time,
 * or comes with a new Node, is counted by itself. Streams are counted by the calls that they make.
 */

/** Functions that change nothing; `Sync` is left off. Closing is one: a dead process closes its files too. */
const READS = new Set(
  `access close createReadStream createWriteStream exists fstat getAsyncId glob lstat openAsBlob opendir read
   readFile readLines readableWebStream readdir readlink readv realpath stat statfs unwatchFile watch watchFile`.split(
    /\s+/,
  ),
);

/** Bits of the flags with which an opened file, or its folder, may change. */
const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;
const WRITING = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Answers = 'by value' | 'by callback' | 'by promise';

const wrappers = new WeakSet<object>();

/** Is it reported when somebody calls it? */
export const isWatched = (call: object): boolean => wrappers.has(call);

/** Inside of a step: what it is made of is no step of its own. */
const inside = new AsyncLocalStorage<true>();

function changesSomething(base: string, args: readonly unknown[]): boolean {
  // A program's own words.
  if (typeof args[0] === 'number' && args[0] <= 2 && base !== 'open') return false;
  if (base !== 'open') return true;
  const flags = args[1];
  if (typeof flags === 'number') return (flags & WRITING) !== 0;
  return typeof flags === 'string' && !/^(?:r|rs|sr)$/.test(flags);
}

function wrap(name: string, base: string, original: Call, answers: Answers): Call {
  function wrapper(this: unknown, ...args: unknown[]): unknown {
    const watcher = watching();
    if (!watcher || !changesSomething(base, args)) return original.apply(this, args);
    const last = args.at(-1);
    const callback = answers === 'by callback' && typeof last === 'function' ? (last as Call) : undefined;
    const refuse = (error: unknown) => {
      if (callback) return process.nextTick(callback, error);
      if (answers === 'by promise') return Promise.reject(error);
      throw error;
    };
    if (inside.getStore()) {
      try {
        watcher.alive();
      } catch (error) {
        return refuse(error);
      }
      return original.apply(this, args);
    }
    const tear = tearOf(base, this, args);
    const step: Step = { kind: 'disk', call: () => sentence(name, this, args), ...(tear && { tear }) };
    try {
      inside.run(true, () => watcher.before(step));
    } catch (error) {
      return refuse(error);
    }
    const after = () => inside.run(true, () => watcher.after(step));
    if (callback) {
      // Outside again: what the callback does are steps.
      const answered = AsyncResource.bind((...answer: unknown[]) => {
        after();
        callback(...answer);
      });
      return inside.run(true, () => original.apply(this, [...args.slice(0, -1), answered]));
    }
    if (answers === 'by promise')
      return (inside.run(true, () => original.apply(this, args)) as Promise<unknown>).finally(after);
    try {
      return inside.run(true, () => original.apply(this, args));
    } finally {
      after();
    }
  }
  wrappers.add(wrapper);
  // Its length, and by which values `promisify` answers.
  return Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(original));
}

function sentence(name: string, target: unknown, args: readonly unknown[]): string {
  const { fd } = (target ?? {}) as { fd?: unknown };
  const path = typeof fd === 'number' ? fd : typeof args[0] === 'number' ? args[0] : undefined;
  const words = args.filter((each) => typeof each !== 'function').map(word);
  if (path === undefined) return `${name}(${words.join(', ')})`;
  return `${name}(${[nameOf(path), ...(path === fd ? words : words.slice(1))].join(', ')})`;
}

function nameOf(fd: number): string {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return `file ${fd}`;
  }
}

function instrument(owner: object, prefix: string, answersOf: (name: string) => Answers): void {
  for (const [name, { value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
    const base = name.replace(/Sync$/, '');
    // Others are classes and internals.
    if (typeof value !== 'function' || !writable || !/^[a-z]/.test(name) || name === 'constructor') continue;
    if (READS.has(base)) continue;
    Object.assign(owner, { [name]: wrap(`${prefix}.${name}`, base, value as Call, answersOf(name)) });
  }
}

const handle = await fs.promises.open(devNull);
instrument(fs, 'fs', (name) => (name.endsWith('Sync') ? 'by value' : 'by callback'));
instrument(fs.promises, 'fs.promises', () => 'by promise');
instrument(Object.getPrototypeOf(handle) as object, 'FileHandle', () => 'by promise');
await handle.close();
// Modules that have imported them by name see these from now on.
syncBuiltinESMExports();
