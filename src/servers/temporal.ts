import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kindAttribute, taskAttribute } from '../temporal/names.ts';
import { keepLogSmall, lastLines } from './log-file.ts';
import { findPortHolder, PortInUse } from './port-holder.ts';
import { tryPort } from './ports.ts';
import { commandLine, endProcess, findByArgument, identify, type ProcessId } from './processes.ts';

export interface TemporalOptions {
  /** The installation's own folder (`.regie`); the server's database and log go into it. */
  home: string;
  /** Finds the `temporal` program; only called when no server runs yet. */
  program: () => Promise<string>;
  port: number;
  uiPort: number;
  namespace: string;
}

export interface RunningTemporal {
  /** `127.0.0.1:7233` */
  address: string;
  uiUrl: string;
  port: number;
  uiPort: number;
  process: ProcessId;
  /** It was running already: its owner was killed. */
  adopted: boolean;
  stop(): Promise<void>;
}

/** Up in half a second; with a big database, or on a busy machine, the server reads for a while first. */
const START_MS = 60_000;
/** The server answers SIGTERM within a second; what it has not written by then is in SQLite's log anyway. */
const STOP_MS = 10_000;
const ATTRIBUTES = { [taskAttribute]: 'Keyword', [kindAttribute]: 'Keyword' };

/**
 * Starts the Temporal development server on the database of `home`, or adopts the one that already runs on it. It
 * listens on 127.0.0.1 only and runs in a process group of its own. It has no login: whoever has an account on this
 * machine can command it.
 *
 * Throws `PortInUse`, or, with the end of the server's log, an error when it does not start.
 */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const { port, uiPort } = options;
  await mkdir(options.home, { recursive: true, mode: 0o700 });
  const home = await realpath(options.home);
  const database = path.join(home, 'temporal.db');

  // Two servers on one database would each believe to be alone: end those that are not what is asked for.
  for (const orphan of serversOn(database)) {
    const fits =
      valueOf(orphan.pid, '--port') === `${port}` && valueOf(orphan.pid, '--ui-port') === `${uiPort}`;
    if (fits && (await becomesReady(options, () => undefined))) return running(options, orphan, true);
    await endProcess(orphan, STOP_MS);
  }
  await requirePort(port, 'the Temporal server');
  await requirePort(uiPort, "Temporal's Web UI");

  const log = path.join(home, 'temporal.log');
  await keepLogSmall(log);
  const child = await launch(await options.program(), database, log, options);
  const id = identify(child.pid ?? 0);
  const failure = () => (id && child.exitCode === null && child.signalCode === null ? undefined : 'it ended');
  if (id && (await becomesReady(options, failure))) return running(options, id, false);
  if (id) await endProcess(id, STOP_MS);
  const words = await lastLines(log, 15);
  if (words.includes('address already in use')) {
    await requirePort(port, 'the Temporal server');
    await requirePort(uiPort, "Temporal's Web UI");
  }
  throw new Error(`the Temporal server did not start on port ${port}; the end of ${log}:\n${words}`);
}

function running({ port, uiPort }: TemporalOptions, id: ProcessId, adopted: boolean): RunningTemporal {
  return {
    address: `127.0.0.1:${port}`,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    port,
    uiPort,
    process: id,
    adopted,
    async stop() {
      await endProcess(id, STOP_MS);
    },
  };
}

async function launch(
  program: string,
  database: string,
  log: string,
  { port, uiPort, namespace }: TemporalOptions,
): Promise<ChildProcess> {
  const args = [
    ...['server', 'start-dev', '--log-level', 'warn', '--db-filename', database],
    ...['--ip', '127.0.0.1', '--port', `${port}`, '--ui-ip', '127.0.0.1', '--ui-port', `${uiPort}`],
    ...Object.entries(ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
  ];
  const output = await open(log, 'a');
  try {
    // The shell only sets the mode of the database's files: history holds what the tasks do.
    const [file, words] =
      process.platform === 'win32'
        ? [program, args]
        : ['/bin/sh', ['-c', 'umask 077; exec "$0" "$@"', program, ...args]];
    const child = spawn(file, words, {
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      // Nothing of the operator's environment: it may hold secrets. A local server need not call home.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TEMPORAL_VERSION_CHECK_DISABLED: '1' },
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    return child;
  } finally {
    await output.close();
  }
}

/** The servers that run on the database file, whoever started them. */
function serversOn(database: string): ProcessId[] {
  return findByArgument(database)
    .filter((pid) => commandLine(pid).some((argument) => argument.includes('start-dev')))
    .map(identify)
    .filter((id) => id !== undefined);
}

function valueOf(pid: number, option: string): string | undefined {
  const words = commandLine(pid).flatMap((word) => (process.platform === 'linux' ? [word] : word.split(' ')));
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
}

async function requirePort(port: number, what: string): Promise<void> {
  if (!(await tryPort(port))) throw new PortInUse(port, what, await findPortHolder(port));
}

/**
 * Waits until the namespace and the search attributes are there: the server takes calls before that, and a schedule
 * made too early would be refused. `false` when the time is up or `failed` gives a reason.
 */
async function becomesReady(
  { port, namespace }: TemporalOptions,
  failed: () => string | undefined,
): Promise<boolean> {
  const { Connection } = await import('@temporalio/client');
  const deadline = Date.now() + START_MS;
  const connection = Connection.lazy({ address: `127.0.0.1:${port}` });
  try {
    while (Date.now() < deadline && !failed()) {
      const attributes = await connection
        .withDeadline(Date.now() + 1_000, () =>
          connection.operatorService.listSearchAttributes({ namespace }),
        )
        .then(
          (answer) => answer.customAttributes,
          () => undefined,
        );
      if (attributes && Object.keys(ATTRIBUTES).every((name) => name in attributes)) return true;
      await sleep(50);
    }
    return false;
  } finally {
    await connection.close();
  }
}
