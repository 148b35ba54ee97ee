import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ConfigInput } from '../src/config/config-schema.ts';
import { freePort } from '../src/servers/ports.ts';
import { isRunning } from '../src/processes/processes.ts';
import { readRunFile } from '../src/processes/run-file.ts';
import { findTemporal } from '../src/servers/temporal-binary.ts';
import type { Journal } from './journal.ts';
import { networkSettings } from './network.ts';
import { SETTLE } from './sender.ts';
import { Service } from './service.ts';

/** The compiled program: what users run, and quick to start again. */
const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

const START_MS = 180_000;

export interface Answer {
  /** null when it was killed, or took too long. */
  code: number | null;
  out: string;
  err: string;
}

/** The configuration of the installation that is played on. */
export function soakConfig(stations: number): ConfigInput {
  return {
    installation: 'soak',
    weather: networkSettings(stations),
    tasks: [
      // Small groups: many commits between which to be killed.
      { name: 'svcLoadJson', kind: 'loadJson', every: '5s', settings: { stableFor: SETTLE, groupFiles: 20 } },
      {
        name: 'svcAggregate',
        kind: 'aggregate',
        every: '10s',
        after: 'svcLoadJson',
        settings: { batch: 50 },
      },
    ],
  };
}

/** An installation in a folder of its own: `regie up`, a worker that is killed too, and a steady one that never is. */
export class Installation {
  readonly root: string;
  readonly up: Service;
  readonly worker: Service;
  readonly steady: Service;
  /** How often each server was started again by `regie up`. */
  readonly restarts = { Temporal: 0, PostgreSQL: 0 };
  private readonly config: string;
  private readonly env: NodeJS.ProcessEnv;

  private constructor(root: string, env: NodeJS.ProcessEnv, ports: readonly string[], journal: Journal) {
    this.root = root;
    this.env = env;
    this.config = path.join(root, 'regie.config.ts');
    const service = (name: string, ...args: string[]) =>
      new Service({
        name,
        program,
        args: [...args, '--config', this.config, '--json'],
        env,
        log: path.join(root, `${name}.log`),
        journal,
      });
    this.up = service('up', 'up', ...ports);
    this.worker = service('worker', 'worker');
    this.steady = service('steady', 'worker');
    this.up.onLine((line) => {
      const server = /(Temporal|PostgreSQL)[^"]* runs again/.exec(line)?.[1] as
        'Temporal' | 'PostgreSQL' | undefined;
      if (server) {
        this.restarts[server] += 1;
        journal.note('restarted', { server });
      }
    });
  }

  /** Writes the configuration; starts nothing yet. */
  static async make(root: string, config: ConfigInput, journal: Journal): Promise<Installation> {
    mkdirSync(path.join(root, 'data/weather/inbox'), { recursive: true });
    writeFileSync(
      path.join(root, 'regie.config.ts'),
      `import { defineConfig } from 'regie';\nexport default defineConfig(${JSON.stringify(config, undefined, 2)});\n`,
    );
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      // Found once: `regie up` is started often.
      REGIE_TEMPORAL_CLI: await findTemporal({ onProgress: (words) => journal.tell('temporal', { words }) }),
    };
    for (const name of [
      'TEMPORAL_ADDRESS',
      'TEMPORAL_NAMESPACE',
      'TEMPORAL_PROFILE',
      'DATABASE_URL',
      'REGIE_LOG_LEVEL',
    ])
      delete env[name];
    const ports = ['--port', `${await freePort()}`, '--ui-port', `${await freePort()}`];
    return new Installation(root, env, ports, journal);
  }

  get services(): Service[] {
    return [this.up, this.worker, this.steady];
  }

  /** Starts the servers, then the workers. */
  async start(signal: AbortSignal): Promise<void> {
    for (const services of [[this.up], [this.worker, this.steady]]) {
      for (const service of services) service.start();
      await Promise.all(services.map((service) => this.ready(service, signal)));
    }
  }

  async ready(service: Service, signal: AbortSignal): Promise<void> {
    const until = Date.now() + START_MS;
    while (!service.isReady) {
      if (Date.now() > until)
        throw new Error(
          `${service.name} is not ready after ${START_MS / 1_000} s; it says: ${service.lastWords}`,
        );
      await sleep(200, undefined, { signal });
    }
  }

  /** Kills what `regie up` has started with -9; gives its pid, undefined when none runs at this moment. */
  async killChild(which: 'Temporal' | 'PostgreSQL' | 'worker of up'): Promise<number | undefined> {
    const file = await readRunFile(this.root);
    const ids = {
      Temporal: file?.temporal?.process,
      PostgreSQL: file?.postgres?.process,
      'worker of up': file?.worker,
    };
    const id = ids[which];
    if (!id || !isRunning(id)) return undefined;
    process.kill(id.pid, 'SIGKILL');
    return id.pid;
  }

  /** Runs `regie` as an operator does. */
  regie(...args: string[]): Promise<Answer> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [program, ...args, '--config', this.config],
        { env: this.env, timeout: 120_000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 ** 2 },
        (error, out, err) => {
          const code = error ? (typeof error.code === 'number' ? error.code : null) : 0;
          resolve({ code, out, err });
        },
      );
    });
  }

  /** Of the database that runs now. Throws when there is none. */
  async databaseUrl(): Promise<string> {
    const url = (await readRunFile(this.root))?.postgres?.url;
    if (!url) throw new Error(`no database runs in ${this.root}`);
    return url;
  }

  /** Stops the workers, then the servers, as Ctrl-C does. Gives what did not end well, in words. */
  async stop(): Promise<string[]> {
    const faults: string[] = [];
    for (const service of [this.steady, this.worker, this.up]) {
      const how = await service.stop();
      if (how !== 0)
        faults.push(`${service.name} ended with ${how} when it was stopped: ${service.lastWords}`);
    }
    return faults;
  }
}
