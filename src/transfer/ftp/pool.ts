import { setTimeout } from 'node:timers/promises';
import { FTPError } from 'basic-ftp';
import { Connection } from './ftp-connection.ts';
import { ReceiverError } from './download.ts';
import { AccessProblem } from './problem.ts';
import type { Server } from './ftp-server.ts';

/** A server that is away for longer than this is not waited for within a run. */
const SILENCE_TIMEOUT_MS = 120_000;
/** Waits between tries while nothing works, in ms; the last one for all that follow. */
const PAUSES = [100, 500, 1_000, 2_000, 5_000, 10_000];
/**
 * Connections that one job may lose in a row without getting further: then it is the job. With `PAUSES` between them
 * that is half a minute: a line that is cut again and again says nothing of the job.
 */
const MOST_LOSSES = 8;

/** Answers after which the connection is of no use, or is soon: going away, no data connection, transfer cut. */
const TROUBLE = new Set([421, 425, 426]);

/** A job lost its connection again and again, while others may do well. */
export class ConnectionsLost extends AccessProblem {}

type Work<T> = (connection: Connection) => Promise<T>;

interface Job {
  work: Work<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
  losses: number;
  progress: () => number;
  /** What `progress` was at the last loss. */
  reached: number;
}

export interface JobOptions {
  /** To be done before the jobs that are not. */
  urgent?: boolean;
  /** How far the job is; only grows. */
  progress?: () => number;
}

export interface PoolOptions {
  /** Most connections at once. */
  size: number;
  signal: AbortSignal;
  /** Told of connections that were lost or refused, in words. */
  onTrouble?: (text: string) => void;
  /** How long nothing may work before the pool gives up, ms. */
  silenceTimeout?: number;
  /** Instead of `PAUSES`. */
  pauses?: readonly number[];
}

/**
 * Connections to one server and the jobs that they do. A job whose connection breaks is begun again after a pause on a
 * new one, so jobs must be safe to repeat. When nothing has worked for two minutes, or a problem is one for the operator,
 * all jobs throw an `AccessProblem`.
 *
 * The first connection is opened alone: with a wrong password, or a server that is not there, it stays the only
 * try. A login that is refused later costs the pool a connection, since most servers allow only so many.
 */
export class Pool {
  private readonly server: Server;
  private readonly options: PoolOptions;
  private readonly idle: Connection[] = [];
  private readonly busy = new Set<Connection>();
  private readonly urgent: Job[] = [];
  private readonly queue: Job[] = [];
  /** Connections that exist or are being opened. */
  private open = 0;
  private limit: number;
  /** Has a connection been opened? */
  private proven = false;
  private failed: unknown;
  /** When something worked last, ms since 1970. */
  private lastGood = Date.now();
  private pauses = 0;
  /** Ends what waits. */
  private readonly end = new AbortController();

  constructor(server: Server, options: PoolOptions) {
    this.server = server;
    this.options = options;
    this.limit = options.size;
    options.signal.addEventListener('abort', this.onAbort, { once: true });
    if (options.signal.aborted) this.onAbort();
  }

  /** Does a job on the next connection that is free; urgent ones before the others. */
  run<T>(work: Work<T>, { urgent = false, progress = () => 0 }: JobOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const job = {
        work,
        resolve,
        reject,
        losses: 0,
        progress,
        reached: progress(),
      };
      (urgent ? this.urgent : this.queue).push(job);
      this.pump();
    });
  }

  /** Says that data arrives: a long download is no silence. */
  good(): void {
    this.lastGood = Date.now();
    this.pauses = 0;
  }

  /** Closes all connections; jobs that are left throw. */
  close(): void {
    this.options.signal.removeEventListener('abort', this.onAbort);
    this.fail(new Error('the connections were closed'));
  }

  private readonly onAbort = () => this.fail(this.options.signal.reason);

  private fail(error: unknown): void {
    this.failed ??= error;
    this.end.abort();
    for (const job of [...this.urgent.splice(0), ...this.queue.splice(0)]) job.reject(this.failed);
    for (const connection of [...this.idle.splice(0), ...this.busy]) connection.close();
  }

  private pump(): void {
    if (this.failed !== undefined) {
      this.fail(this.failed);
      return;
    }
    while (this.urgent.length + this.queue.length > 0) {
      const connection = this.idle.pop();
      if (connection) {
        if (connection.closed) this.open -= 1;
        else void this.serve(connection, this.next());
        continue;
      }
      if (this.open >= (this.proven ? this.limit : 1)) return;
      // No more than there are jobs: the rest would be logged in for nothing.
      if (this.open - this.busy.size >= this.urgent.length + this.queue.length) return;
      this.open += 1;
      void this.connect();
    }
  }

  private next(): Job {
    return (this.urgent.shift() ?? this.queue.shift())!;
  }

  private async connect(): Promise<void> {
    try {
      const connection = await Connection.open(this.server);
      this.proven = true;
      this.idle.push(connection);
    } catch (error) {
      await this.missed(error);
      this.open -= 1;
    }
    this.pump();
  }

  /** A connection could not be opened: is that final, or to be waited for? */
  private async missed(error: unknown): Promise<void> {
    if (this.failed !== undefined) return;
    const problem = error instanceof AccessProblem ? error : undefined;
    if (problem && (!this.proven || (problem.lasting && this.open === 1))) {
      this.fail(problem);
    } else if (problem?.login) {
      this.limit = Math.max(1, this.limit - 1);
      this.options.onTrouble?.(`${problem.message}; goes on with ${this.limit} connections`);
    } else if (problem?.lasting) {
      this.fail(problem);
    } else await this.pause(error);
  }

  private async serve(connection: Connection, job: Job): Promise<void> {
    this.busy.add(connection);
    try {
      job.resolve(await job.work(connection));
      this.good();
    } catch (error) {
      await this.lost(connection, job, error);
    }
    this.busy.delete(connection);
    if (connection.closed) this.open -= 1;
    else this.idle.push(connection);
    this.pump();
  }

  /** A job failed: by its own fault it throws, by the connection's it is begun again. */
  private async lost(connection: Connection, job: Job, error: unknown): Promise<void> {
    if (this.failed !== undefined) {
      connection.close();
      job.reject(this.failed);
      return;
    }
    if (error instanceof ReceiverError || error instanceof AccessProblem || !isTrouble(connection, error)) {
      job.reject(error instanceof ReceiverError ? error.cause : error);
      return;
    }
    connection.close();
    // What broke this one has mostly broken all: one cut must not cost the job as many losses as there are connections.
    for (const other of this.idle) other.close();
    job.losses = job.progress() > job.reached ? 1 : job.losses + 1;
    job.reached = job.progress();
    if (job.losses >= MOST_LOSSES) {
      const { address } = this.server;
      const words = this.words(error);
      job.reject(
        new ConnectionsLost(`${address} broke off ${job.losses} times in a row: ${words}. Look at its log`, {
          cause: error,
        }),
      );
      return;
    }
    void this.again(job);
    await this.pause(error);
  }

  /** Puts a job back in line, after a pause of its own: others may do well meanwhile. */
  private async again(job: Job): Promise<void> {
    await this.wait(job.losses - 1);
    if (this.failed !== undefined) job.reject(this.failed);
    else {
      this.queue.unshift(job);
      this.pump();
    }
  }

  private words(why: unknown): string {
    return this.server.quote(why instanceof Error ? why.message : String(why));
  }

  private async pause(why: unknown): Promise<void> {
    const words = this.words(why);
    const silent = Date.now() - this.lastGood;
    if (silent > (this.options.silenceTimeout ?? SILENCE_TIMEOUT_MS)) {
      this.fail(
        new AccessProblem(
          `${this.server.address} has not worked for ${Math.round(silent / 1_000)} s: ${words}. Look at the server and the network`,
          { cause: why },
        ),
      );
      return;
    }
    this.options.onTrouble?.(`${this.server.address}: ${words}; tries again`);
    this.pauses += 1;
    await this.wait(this.pauses - 1);
  }

  /** Waits for the nth of the pauses, or until the pool is closed. */
  private async wait(nth: number): Promise<void> {
    const pauses = this.options.pauses ?? PAUSES;
    const ms = pauses[Math.min(nth, pauses.length - 1)];
    await setTimeout(ms, undefined, { signal: this.end.signal }).catch(() => undefined);
  }
}

function isTrouble(connection: Connection, error: unknown): boolean {
  return error instanceof FTPError ? TROUBLE.has(error.code) : connection.closed;
}
