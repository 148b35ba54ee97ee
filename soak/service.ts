import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from './journal.ts';

/** How long the manager of services waits before it starts one again, ms. */
const RESTART = 1_000;
const WORDS = 2_000;

export interface ServiceOptions {
  name: string;
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Gets all that it says, of all its lives. */
  log: string;
  journal: Journal;
}

/**
 * A process of `regie` that is started again whenever it ends, as a service manager does. Ending by itself is a fault
 * once it was ready; before, it may not have found the servers that it needs.
 */
export class Service {
  readonly name: string;
  /** Faults, in words. */
  readonly faults: string[] = [];
  kills = 0;
  /** Lives that ended before they were ready. */
  failedStarts = 0;
  private readonly options: ServiceOptions;
  private readonly output: WriteStream;
  private child: ChildProcess | undefined;
  private ready = false;
  private ending = false;
  private words = '';
  private keeping: Promise<void> = Promise.resolve();
  private readonly listeners: ((line: string) => void)[] = [];

  constructor(options: ServiceOptions) {
    this.options = options;
    this.name = options.name;
    this.output = createWriteStream(options.log);
  }

  /** Of the life in progress; undefined between two lives. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  get isReady(): boolean {
    return this.ready;
  }

  get lastWords(): string {
    return this.words.trimEnd();
  }

  onLine(listener: (line: string) => void): void {
    this.listeners.push(listener);
  }

  start(): void {
    this.keeping = this.keep();
  }

  /** SIGKILL; the next life begins by itself. `false` when there is nothing to kill. */
  kill(): boolean {
    if (!this.child?.kill('SIGKILL')) return false;
    this.kills += 1;
    return true;
  }

  /** SIGINT, as Ctrl-C; gives its exit code, or the signal that ended it. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    this.ending = true;
    const { child } = this;
    child?.kill('SIGINT');
    await this.keeping;
    await new Promise<void>((resolve) => this.output.end(resolve));
    return child ? (child.signalCode ?? child.exitCode) : null;
  }

  private async keep(): Promise<void> {
    const { journal } = this.options;
    while (!this.ending) {
      const kills = this.kills;
      const how = await this.live();
      if (this.ending) return;
      if (this.kills === kills) {
        const words = `${this.name} ended by itself (${how}): ${this.lastWords.split('\n').at(-1) ?? ''}`;
        if (this.ready) this.faults.push(words);
        else this.failedStarts += 1;
        journal.tell(this.ready ? 'FAULT' : 'start failed', { words });
      }
      this.ready = false;
      await sleep(RESTART);
    }
  }

  private async live(): Promise<string> {
    const { program, args, env, journal } = this.options;
    this.words = '';
    const child = spawn(process.execPath, [program, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Out of reach of the terminal's Ctrl-C: it is stopped in order.
      detached: true,
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output.write(text);
        this.words = (this.words + text).slice(-WORDS);
        const lines = (rest + text).split('\n');
        rest = lines.pop()!;
        for (const line of lines) this.heard(line);
      });
    }
    journal.note('started', { service: this.name, pid: child.pid });
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    this.child = undefined;
    return signal ?? `exit code ${code}`;
  }

  private heard(line: string): void {
    if (line.includes('"ready":true')) {
      this.ready = true;
      this.options.journal.note('ready', { service: this.name });
    }
    for (const listener of this.listeners) listener(line);
  }
}
