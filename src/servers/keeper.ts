import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../task/errors.ts';
import { isRunning, type ProcessId } from '../processes/processes.ts';

/** A server that runs in a process of its own. */
export interface KeptServer {
  process: ProcessId;
  stop(hurry?: AbortSignal): Promise<void>;
}

export interface KeeperOptions<S extends KeptServer> {
  /** For words: `PostgreSQL`. */
  name: string;
  server: S;
  /** Starts it on the same data and ports, after its death. Breaks off when the signal is aborted. */
  start(signal: AbortSignal): Promise<S>;
  /** Writes down where it runs now. */
  onBack(server: S): Promise<void>;
  /** Gets a line for the operator: it has ended, it runs again, it cannot be started. */
  say(line: string): void;
  /** Told, in words, when it is not started any more. */
  onGivenUp(line: string): void;
  pace?: Partial<Pace>;
}

/** All in milliseconds. */
export interface Pace {
  /** How often it is looked whether the server still runs; on Linux that costs a small read of /proc. */
  interval: number;
  /** The wait before the first start; doubled with each death or failed start in a row. */
  firstWait: number;
  longestWait: number;
  /** A server that dies `MOST_DEATHS` times within this time does not run, it only starts. */
  deathsWithin: number;
}

const MOST_DEATHS = 5;
/** With the waits between them two to three minutes: a disk that is being cleared, a port that is taken for a moment. */
const MOST_ATTEMPTS = 10;
const DEFAULT_PACE: Pace = { interval: 1_000, firstWait: 500, longestWait: 30_000, deathsWithin: 60_000 };

/** Keeps a local server running: starts it again when it has ended by itself or was killed. */
export class Keeper<S extends KeptServer> {
  /** How often it has died so far, as far as it was noticed. */
  private deaths = 0;
  private recent: number[] = [];
  private noticed = false;
  private server: S;
  private readonly options: KeeperOptions<S>;
  private readonly pace: Pace;
  private readonly ending = new AbortController();
  private readonly watching: Promise<void>;

  constructor(options: KeeperOptions<S>) {
    this.options = options;
    this.server = options.server;
    this.pace = { ...DEFAULT_PACE, ...options.pace };
    this.watching = this.watch();
  }

  /** How often the server has died, one death that was not noticed yet included. */
  get losses(): number {
    return this.deaths + (this.noticed || isRunning(this.server.process) ? 0 : 1);
  }

  get runs(): boolean {
    return !this.noticed && isRunning(this.server.process);
  }

  /** From now on it is not started again; a start in progress is broken off. */
  letGo(): void {
    this.ending.abort();
  }

  /** Lets go of the server, and stops it; in a hurry once `hurry` is aborted. */
  async stop(hurry?: AbortSignal): Promise<void> {
    this.letGo();
    await this.watching;
    await this.server.stop(hurry);
  }

  private async watch(): Promise<void> {
    while (await this.pause(this.pace.interval)) {
      if (!isRunning(this.server.process) && !(await this.restart())) return;
    }
  }

  /** `false` when it is given up, or everything is being stopped. */
  private async restart(): Promise<boolean> {
    const { name, say, onGivenUp } = this.options;
    const now = Date.now();
    this.deaths += 1;
    this.noticed = true;
    this.recent = [...this.recent.filter((at) => at > now - this.pace.deathsWithin), now];
    const pid = `${name} (pid ${this.server.process.pid})`;
    if (this.recent.length >= MOST_DEATHS) {
      const within = Math.round(this.pace.deathsWithin / 1_000);
      onGivenUp(`${pid} has ended ${MOST_DEATHS} times within ${within} s: see the logs in .regie`);
      return false;
    }
    say(`${pid} has ended unexpectedly; starting it again …`);
    for (let attempt = 1; await this.pause(this.waitBefore(attempt)); attempt += 1) {
      try {
        this.server = await this.options.start(this.ending.signal);
        await this.options.onBack(this.server);
        this.noticed = false;
        say(`${name} runs again (pid ${this.server.process.pid})`);
        return true;
      } catch (error) {
        if (this.ending.signal.aborted) return false;
        if (attempt >= MOST_ATTEMPTS) {
          onGivenUp(`${name} could not be started again, ${attempt} times: ${messageOf(error)}`);
          return false;
        }
        const seconds = this.waitBefore(attempt + 1) / 1_000;
        say(`${name} could not be started again: ${messageOf(error)}; next attempt in ${seconds} s`);
      }
    }
    return false;
  }

  private waitBefore(attempt: number): number {
    const inARow = this.recent.length + attempt - 2;
    return Math.min(this.pace.longestWait, this.pace.firstWait * 2 ** inARow);
  }

  /** `false` when it was broken off. It keeps no process alive: that is up to those who use the servers. */
  private async pause(ms: number): Promise<boolean> {
    const { signal } = this.ending;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted;
  }
}
