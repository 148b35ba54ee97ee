import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { exit } from '../../../src/command/exit.ts';
import { userEnvironment } from './user.ts';

/** How long a busy machine may take until a command reaches the server. */
const PATIENCE_MS = 30_000;

export interface Said {
  code: number | NodeJS.Signals;
  out: string;
  err: string;
  /** Standard output as one JSON document, or as the list of those that stand a line each. */
  json(): any; // eslint-disable-line -- the tests compare it
}

/** A command that goes on until it is told to stop. */
export interface Service {
  /** Its first line with this in it, as JSON; throws with its words when it ends before. */
  says(words: string): Promise<any>; // eslint-disable-line -- the tests compare it
  /** Ctrl-C; resolves with how it ended. */
  stop(): Promise<Said>;
}

/** The installed program in a folder of a user's, by its own `regie` in `node_modules/.bin`. */
export class Installation {
  /** Of every command that was run, and could be: its words, such as `library status set`. */
  readonly ran: string[][] = [];
  readonly root: string;
  private readonly bin: string;
  private readonly env: NodeJS.ProcessEnv;
  private readonly running = new Set<ChildProcess>();

  /** @param installed the folder with `node_modules`; @param more what the user's terminal has beside the usual. */
  constructor(root: string, installed: string, more: Record<string, string> = {}) {
    this.root = root;
    this.bin = path.join(installed, 'node_modules', '.bin', 'regie');
    this.env = userEnvironment(more);
  }

  /** Runs a command to its end. */
  async run(args: readonly string[]): Promise<Said> {
    return this.begin(args).said;
  }

  /** Runs a command with `--json`; throws, with all that it said, when it ends otherwise than with `code`. Gives its answer. */
  // eslint-disable-next-line -- the tests compare it
  async ask(args: readonly string[], code = 0): Promise<any> {
    const until = Date.now() + PATIENCE_MS;
    let said = await this.run([...args, '--json']);
    // A command gives a server a second to answer; a busy machine lets that pass.
    while (said.code === exit.noServer && code !== exit.noServer && Date.now() < until)
      said = await this.run([...args, '--json']);
    if (said.code !== code)
      throw new Error(
        `regie ${args.join(' ')} ended with ${said.code}; expected ${code}:\n${said.out}${said.err}`,
      );
    this.ran.push([...args]);
    return said.json();
  }

  /** Starts a command, with `--json`, that goes on. */
  start(args: readonly string[]): Service {
    const { child, said, out } = this.begin([...args, '--json']);
    return {
      says: async (words) => {
        const line = () =>
          out()
            .split('\n')
            .slice(0, -1)
            .find((each) => each.includes(words));
        const ended = said.then(({ code, out: all, err }) => {
          throw new Error(
            `regie ${args.join(' ')} ended with ${code} without saying ${words}:\n${all}${err}`,
          );
        });
        ended.catch(() => undefined);
        for (;;) {
          const found = line();
          if (found !== undefined) {
            this.ran.push([...args]);
            return JSON.parse(found) as unknown;
          }
          await Promise.race([once(child.stdout!, 'data'), ended]);
        }
      },
      stop: () => {
        child.kill('SIGINT');
        return said;
      },
    };
  }

  /** Ends what a failed test left running. */
  async killAll(): Promise<void> {
    for (const child of this.running) child.kill('SIGKILL');
  }

  private begin(args: readonly string[]): { child: ChildProcess; said: Promise<Said>; out: () => string } {
    const child = spawn(this.bin, args, { cwd: this.root, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.running.add(child);
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const said = once(child, 'close').then(([code, signal]): Said => {
      this.running.delete(child);
      return { code: (signal ?? code) as Said['code'], out, err, json: () => parsed(out) };
    });
    return { child, said, out: () => out };
  }
}

function parsed(out: string): unknown {
  const lines = out.split('\n').slice(0, -1);
  // A document is printed over several lines, events are not.
  return lines.length > 1 && lines.every((line) => /^\{.*\}$/.test(line))
    ? lines.map((line) => JSON.parse(line) as unknown)
    : JSON.parse(out);
}
