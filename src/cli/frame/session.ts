import { existsSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Config, Task } from '../../config/schema.ts';
import { endsWithin } from '../../task/waiting.ts';
import { exit, UsageError, type ExitCode } from './exit.ts';
import type { OpenClient } from './open-client.ts';
import { Output, type Io } from './output.ts';

/** Options that every command understands. */
export interface GlobalOptions {
  /** The configuration file; found from the working folder upwards when left out. */
  config?: string;
  json?: boolean;
}

/** The answer is out: a server that hangs is not waited for any longer than this, ms. */
const CLOSES_WITHIN = 2_000;

/**
 * What one command works with. Configuration, Temporal and PostgreSQL are opened when first asked for (each
 * costs some 0.3 s to load) and closed together at the end.
 */
export class Session {
  /** What the process will exit with; a command that ends otherwise than by an error sets it. */
  exitCode: ExitCode = exit.done;
  #out: Output;
  readonly #io: Io;
  #options: GlobalOptions = {};
  #config: Promise<Config> | undefined;
  #client: Promise<OpenClient> | undefined;
  #told = false;
  #database: Promise<Pool | undefined> | undefined;
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(io: Io) {
    this.#io = io;
    this.#out = new Output(io, false);
  }

  get out(): Output {
    return this.#out;
  }

  /** Takes the global options once they are parsed. */
  use(options: GlobalOptions): void {
    this.#options = options;
    this.#out = new Output(this.#io, options.json === true);
  }

  get configFile(): string | undefined {
    return this.#options.config;
  }

  /** @throws ConfigError with path, value and what was expected; UsageError when `--config` names no file. */
  config(): Promise<Config> {
    return (this.#config ??= this.#loadConfig());
  }

  /** The task that `name` means: its name or an alias, in any case. @throws CliError exit 4. */
  async task(name: string): Promise<Task> {
    const { findTask } = await import('./find-task.ts');
    return findTask((await this.config()).tasks, name);
  }

  /**
   * The installation's Temporal server, for commands that change something.
   * @throws NoServer (exit 3) when none answers within a second; CliError (exit 5) when it is another installation's.
   */
  async client(): Promise<Client> {
    const [{ refuseStranger }, open] = await Promise.all([import('./open-client.ts'), this.openClient()]);
    refuseStranger(open);
    return open.client;
  }

  /**
   * The Temporal server, for commands that only read: one of another installation is shown, and said to be so.
   * @throws NoServer (exit 3)
   */
  async clientToRead(): Promise<Client> {
    const { client, stranger } = await this.openClient();
    if (stranger && !this.#told) {
      this.#told = true;
      this.#out.remark(`${stranger.words}: what is shown is of that one. ${stranger.advice}.`);
    }
    return client;
  }

  /** The Temporal server, and whose it is. @throws NoServer (exit 3) */
  openClient(): Promise<OpenClient> {
    return (this.#client ??= this.#connect());
  }

  /** The installation's database, or undefined when none is configured or none answers. */
  database(): Promise<Pool | undefined> {
    return (this.#database ??= this.#openDatabase());
  }

  /** Aborted by Ctrl-C, once asked for: for commands that follow something until the operator has seen enough. */
  interruption(): AbortSignal {
    if (this.#io.signal) return this.#io.signal;
    const controller = new AbortController();
    const interrupt = () => controller.abort();
    process.once('SIGINT', interrupt);
    this.onClose(async () => void process.off('SIGINT', interrupt));
    return controller.signal;
  }

  /** Runs `close` when the command has ended, latest first. */
  onClose(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    // Each on its own: one that fails to close must not keep the next one open.
    for (const close of this.#closers.splice(0).reverse()) {
      await endsWithin(CLOSES_WITHIN, close()).catch(() => undefined);
    }
  }

  async #loadConfig(): Promise<Config> {
    const { config: file } = this.#options;
    if (file !== undefined && !existsSync(file))
      throw new UsageError(`There is no ${file}: --config names it.`);
    const { loadConfig } = await import('../../config/load.ts');
    return loadConfig(file === undefined ? {} : { file });
  }

  async #connect(): Promise<OpenClient> {
    const [{ openClient }, config] = await Promise.all([import('./open-client.ts'), this.config()]);
    const open = await openClient(config);
    this.onClose(() => open.close());
    return open;
  }

  async #openDatabase(): Promise<Pool | undefined> {
    const { openDatabase } = await import('./database.ts');
    const pool = await openDatabase((await this.config()).root);
    if (pool) this.onClose(() => pool.end());
    return pool;
  }
}
