import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { LoadedConfig } from '../../config/config-schema.ts';
import type { Task } from '../../task/config.ts';
import { Closers } from '../../command/closers.ts';
import { exit, type ExitCode } from '../../command/exit.ts';
import type { Action, Done, Session } from '../../command/session.ts';
import type { CommandArgs, RunOptions } from '../../task/status.ts';
import type { OpenClient } from '../../reach/open-client.ts';
import { Output, type Io } from '../../command/output.ts';

/** Options that every command understands. */
export interface GlobalOptions {
  /** The configuration file; found from the working folder upwards when left out. */
  config?: string;
  json?: boolean;
}

/** How commands are given to tasks: `cli/control/`, which works with a session itself. */
export interface Acts {
  sendCommand(session: CliSession, ...rest: Parameters<Session['sendCommand']>): Promise<Done>;
  askRun(session: CliSession, ...rest: Parameters<Session['askRun']>): Promise<void>;
}

/** What one command works with; the engine's own commands have Temporal's client besides. */
export class CliSession implements Session {
  exitCode: ExitCode = exit.done;
  #out: Output;
  readonly #io: Io;
  readonly #acts: Acts;
  #options: GlobalOptions = {};
  #config: Promise<LoadedConfig> | undefined;
  #client: Promise<OpenClient> | undefined;
  #told = false;
  #database: Promise<Pool | undefined> | undefined;
  readonly #closers = new Closers();

  constructor(io: Io, acts: Acts) {
    this.#io = io;
    this.#acts = acts;
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

  config(): Promise<LoadedConfig> {
    return (this.#config ??= this.#loadConfig());
  }

  async task(name: string): Promise<Task> {
    const { findTask } = await import('../../command/find-task.ts');
    return findTask((await this.config()).tasks, name);
  }

  /**
   * The installation's Temporal server, for commands that change something.
   * @throws NoServer (exit 3) when none answers within a second; CliError (exit 5) when it is another installation's.
   */
  async client(): Promise<Client> {
    const [{ refuseStranger }, open] = await Promise.all([
      import('../../reach/open-client.ts'),
      this.openClient(),
    ]);
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

  database(): Promise<Pool | undefined> {
    return (this.#database ??= this.#openDatabase());
  }

  async databaseUrl(): Promise<string | undefined> {
    const { databaseUrl } = await import('../../reach/database.ts');
    return databaseUrl((await this.config()).root);
  }

  async whyNoDatabase(): Promise<string> {
    const { whyNoDatabase } = await import('../../reach/database.ts');
    return whyNoDatabase((await this.config()).root);
  }

  sendCommand(task: Task, action: Action, args?: CommandArgs & RunOptions): Promise<Done> {
    return this.#acts.sendCommand(this, task, action, args);
  }

  askRun(task: Task, options: RunOptions, wait: boolean): Promise<void> {
    return this.#acts.askRun(this, task, options, wait);
  }

  interruption(): AbortSignal {
    if (this.#io.signal) return this.#io.signal;
    const controller = new AbortController();
    const interrupt = () => controller.abort();
    process.once('SIGINT', interrupt);
    this.onClose(async () => void process.off('SIGINT', interrupt));
    return controller.signal;
  }

  onClose(close: () => Promise<void>): void {
    this.#closers.add(close);
  }

  close(): Promise<void> {
    return this.#closers.close();
  }

  async #loadConfig(): Promise<LoadedConfig> {
    const { loadNamed } = await import('../../config/load-named.ts');
    return loadNamed(this.#options.config);
  }

  async #connect(): Promise<OpenClient> {
    const [{ openClient }, config] = await Promise.all([import('../../reach/open-client.ts'), this.config()]);
    const open = await openClient(config);
    this.onClose(() => open.close());
    return open;
  }

  async #openDatabase(): Promise<Pool | undefined> {
    const { openDatabase } = await import('../../reach/database.ts');
    const pool = await openDatabase((await this.config()).root);
    if (pool) this.onClose(() => pool.end());
    return pool;
  }
}
