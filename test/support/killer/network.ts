import { Socket } from 'node:net';
import { databaseSockets } from './database.ts';
import { watching, word, type Step } from './step.ts';

/** Reports all that this process sends over other connections (commands to an FTP server, mail): importing this is enough. */

type Done = (error?: Error | null) => void;

for (const name of ['_write', '_writev'] as const) {
  const own = Socket.prototype[name] as (this: Socket, ...args: unknown[]) => unknown;
  Object.assign(Socket.prototype, {
    [name](this: Socket, ...args: unknown[]) {
      const watcher = watching();
      // Pipes of this process have no port.
      if (!watcher || this.remotePort === undefined || databaseSockets.has(this))
        return own.apply(this, args);
      const done = args.at(-1) as Done;
      const step: Step = {
        kind: 'network',
        call: () => `${this.remoteAddress}:${this.remotePort} ${textOf(args[0])}`,
        over: this,
      };
      try {
        watcher.before(step);
      } catch (error) {
        return done(error as Error);
      }
      return own.call(this, ...args.slice(0, -1), (error?: Error | null) => {
        watcher.after(step);
        done(error);
      });
    },
  });
}

/** Its first line, where it is one; a password is none of a log's business. */
function textOf(data: unknown): string {
  const [piece] = Array.isArray(data) ? (data as { chunk: unknown }[]).map(({ chunk }) => chunk) : [data];
  const [line = ''] = Buffer.from(piece as Uint8Array)
    .toString('latin1')
    .split('\r\n', 1);
  return /^[ -~]{1,200}$/.test(line) ? line.replace(/^PASS .*/, 'PASS ***') : word(piece);
}
