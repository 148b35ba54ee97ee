import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CliError } from '../command/exit.ts';
import { childEnd, saysOutOfMemory } from '../processes/child-end.ts';
import { readLines } from '../processes/output-lines.ts';
import { killGroup } from '../processes/process-group.ts';
import { messageOf } from '../task/errors.ts';
import { endsWithin } from '../task/in-time.ts';
import { KEPT_BY, type Begin, type FromWorker, type ToWorker } from '../worker/worker-messages.ts';

export interface WorkerProcessOptions {
  /** Absolute path of the configuration. */
  config: string;
  /** Of its log. */
  level: string;
  /** Get each line that it writes to its outputs. */
  onOut: (line: string) => void;
  onErr: (line: string) => void;
  /** Gets a line for the operator. */
  say: (line: string) => void;
}

/** How a worker has ended. */
export interface WorkerEnd {
  /** A few words without a line break: `SIGKILL`, `exit code 3`, the message of an error. */
  how: string;
  /** What it ended by, where it was able to tell, and to close what it had open. */
  error?: CliError;
}

/** `WorkerEnd.how` of a worker that did what it was told. */
export const IN_ORDER = 'exit code 0';
/** A worker ends by itself within half a minute of being told to, whatever its runs and servers do; after this time, ms, it is killed. */
const ENDS_WITHIN = 40_000;
/** One that is told to end at once, and hears it. */
const HURRIES_WITHIN = 2_000;
/** Outputs that are still open then, ms, are held by programs that it has started, in sessions of their own. */
const CLOSES_WITHIN = 500;
/** Characters of a line that is passed on, and of one that is quoted. */
const LONGEST_LINE = 1_000_000;
const QUOTED = 300;
/** What it wrote earlier than this, ms, before it ended has nothing to do with that. */
const LAST_WORDS = 5_000;

/**
 * A worker in a process of its own, which prepares itself at once, and takes up work when it is told to `begin`. It has a session of its own, so that the
 * terminal's Ctrl-C does not reach it; and ends by itself when this process has gone.
 */
export class WorkerProcess {
  /** Resolved when it polls: `true`, or when it has ended without: `false`. */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<WorkerEnd>;
  private readonly child: ChildProcess;
  private begun = false;
  private running = true;

  constructor(options: WorkerProcessOptions) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const entry = fileURLToPath(new URL(`../worker.${extension}`, import.meta.url));
    this.child = fork(entry, ['--config', options.config, KEPT_BY, String(process.pid)], {
      // Two debuggers cannot listen at one port.
      execArgv: process.execArgv.filter((word) => !word.startsWith('--inspect')),
      env: { ...process.env, REGIE_LOG_LEVEL: options.level },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    let polls!: (is: boolean) => void;
    this.ready = new Promise((resolve) => (polls = resolve));
    this.ended = this.live(options, polls).finally(() => {
      this.running = false;
      polls(false);
    });
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  begin(begin: Omit<Begin, 'type'>): void {
    this.begun = true;
    this.tell({ type: 'begin', ...begin });
  }

  /** Ends it: in order, and at once when `hurry` is aborted. It has ended when this returns. */
  async end(hurry: AbortSignal | undefined, say: (line: string) => void): Promise<void> {
    if (!this.running) return;
    // It has nothing in hand.
    if (!this.begun) this.kill();
    this.tell({ type: 'drain' });
    if (await endsWithin(ENDS_WITHIN, this.ended, hurry)) return;
    this.tell({ type: 'hurry' });
    if (hurry?.aborted && (await endsWithin(HURRIES_WITHIN, this.ended))) return;
    say(`The worker (pid ${this.pid}) does not end; it is killed.`);
    this.kill();
    await this.ended;
  }

  private async live(options: WorkerProcessOptions, polls: (is: boolean) => void): Promise<WorkerEnd> {
    const { child } = this;
    const said: Said = {};
    child.on('message', (message: FromWorker) => {
      if (message.type === 'ready') polls(true);
      else if (message.type === 'say') options.say(message.line);
      else if (message.type === 'stray') said.stray = message.message;
      else said.failed = new CliError(message.code, message.message, message.details);
    });
    // There are none where it could not be started at all.
    if (child.stdout) readLines(child.stdout, options.onOut, LONGEST_LINE);
    if (child.stderr)
      readLines(
        child.stderr,
        (line) => {
          if (saysOutOfMemory(line)) said.outOfMemory = true;
          // Not a line of its log.
          if (line.trim() !== '' && !line.startsWith('{'))
            said.last = { line: line.trim(), at: performance.now() };
          options.onErr(line);
        },
        LONGEST_LINE,
      );
    const ended = await childEnd(child, CLOSES_WITHIN).then(
      ({ code, signal }) => signal ?? `exit code ${code}`,
      messageOf,
    );
    const { stray, failed } = said;
    const how = failed?.message ?? stray ?? (ended === IN_ORDER ? ended : words(ended, said));
    return { how: quoted(how), ...(failed ? { error: failed } : {}) };
  }

  private tell(message: ToWorker): void {
    // One that has ended needs no word.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private kill(): void {
    if (this.running && this.pid !== undefined) killGroup(this.pid);
  }
}

/** What a worker has told of its end. */
interface Said {
  stray?: string;
  failed?: CliError;
  outOfMemory?: true;
  /** The last line that it wrote to standard error, and when that was, ms. */
  last?: { line: string; at: number };
}

function words(ended: string, { outOfMemory, last }: Said): string {
  if (outOfMemory) return 'out of memory';
  return last && performance.now() - last.at < LAST_WORDS ? `${ended}: ${last.line}` : ended;
}

function quoted(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ').trim();
  return line.length > QUOTED ? `${line.slice(0, QUOTED - 1)}…` : line;
}
