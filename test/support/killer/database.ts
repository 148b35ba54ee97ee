import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import pg from 'pg';
import { watching, word, type Step, type Watcher } from './step.ts';

/**
 * Reports every statement that this process sends to PostgreSQL, through a client, a session of a pool or the pool
 * itself, and every piece of a COPY: importing this is enough.
 */

type Callback = (error: unknown, ...rest: unknown[]) => unknown;
/** What `pg` sends beside texts: cursors and streams. */
interface Submittable {
  text?: string;
  submit(connection: unknown): unknown;
  handleError(error: unknown, connection: unknown): void;
}

const unheard = (): void => undefined;

/** Connections to PostgreSQL: what goes over them is told as statements. */
export const databaseSockets = new WeakSet<object>();

const { connect } = pg.Connection.prototype as unknown as { connect: (...args: unknown[]) => unknown };
Object.assign(pg.Connection.prototype, {
  connect(this: { stream: object }, ...args: unknown[]) {
    databaseSockets.add(this.stream);
    return connect.apply(this, args);
  },
});

const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown;
Object.assign(pg.Client.prototype, {
  query(this: pg.Client, ...args: unknown[]): unknown {
    const watcher = watching();
    if (!watcher) return query.apply(this, args);
    const [what] = args;
    const step: Step = { kind: 'database', call: () => textOf(what), over: this.connection.stream as Socket };
    // Without a listener a session that breaks would end the process.
    if (!this.listeners('error').includes(unheard)) this.on('error', unheard);
    const callback = args.findLast((each) => typeof each === 'function') as Callback | undefined;
    try {
      watcher.before(step);
    } catch (error) {
      return refuse(this, what, callback, error);
    }
    if (isSubmittable(what)) watchPieces(what, step, watcher);
    const after = () => watcher.after(step);
    const answered =
      callback &&
      ((...answer: Parameters<Callback>) => {
        after();
        return callback(...answer);
      });
    const result = query.apply(
      this,
      args.map((each) => (each === callback && answered ? answered : each)),
    );
    // Not `finally`: a promise of its own that nobody awaits would be an unhandled rejection.
    if (result instanceof Promise) result.then(after, after);
    return result;
  },
});

function refuse(client: pg.Client, what: unknown, callback: Callback | undefined, error: unknown): unknown {
  if (callback) return process.nextTick(callback, error);
  if (!isSubmittable(what)) return Promise.reject(error);
  process.nextTick(() => what.handleError(error, client.connection));
  return what;
}

/** A COPY writes while its statement is under way. */
function watchPieces(what: Submittable, { kind, over }: Step, watcher: Watcher): void {
  const stream = what as Submittable & Partial<Writable>;
  for (const name of ['_write', '_writev', '_final'] as const) {
    const own = stream[name] as ((...args: unknown[]) => unknown) | undefined;
    if (!own) continue;
    const step: Step = {
      kind,
      call: () => `${name === '_final' ? 'the end' : 'a piece'} of ${textOf(what)}`,
      over: over!,
    };
    Object.assign(stream, {
      [name](...args: unknown[]) {
        const done = args.pop() as Callback;
        try {
          watcher.before(step);
        } catch (error) {
          return done(error);
        }
        return own.call(stream, ...args, (...answer: Parameters<Callback>) => {
          watcher.after(step);
          return done(...answer);
        });
      },
    });
  }
}

function isSubmittable(what: unknown): what is Submittable {
  return typeof (what as Partial<Submittable>).submit === 'function';
}

function textOf(what: unknown): string {
  const text = typeof what === 'string' ? what : (what as { text?: string }).text;
  return word((text ?? 'a statement').replaceAll(/\s+/g, ' ').trim());
}
