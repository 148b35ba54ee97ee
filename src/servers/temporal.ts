import { spawn, type ChildProcess } from 'node:child_process';
import { open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kindAttribute, taskAttribute } from '../task/names.ts';
import { keepLogSmall, textFrom } from './log-file.ts';
import { findPortHolder, PortInUse } from '../processes/port-holder.ts';
import { tryPort } from './ports.ts';
import { DATABASE } from '../processes/run-file.ts';
import {
  commandLine,
  endProcess,
  findByArgument,
  hasOpen,
  identify,
  optionOf,
  type ProcessId,
} from '../processes/processes.ts';
import { installationOf } from '../processes/whose-server.ts';

export interface TemporalOptions {
  /** The installation's own folder (`.regie`), which exists; the server's database and log go into it. */
  home: string;
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
  /** Within some seconds; within two once `hurry` is aborted. */
  stop(hurry?: AbortSignal): Promise<void>;
}

/**
 * Describing a schedule asks the server's own scheduler, on its sticky queue; now and then such a question gets
 * lost on a busy machine, and the server waits this long (5 s by default) before it asks on the normal queue.
 */
const SHORT_STICKY_TIMEOUT = 'worker.perNamespaceWorkerOptions={"StickyScheduleToStartTimeout":"1s"}';

/**
 * The server's HTTP API listens on a random port, and does what any web page posts to it: it asks for neither login nor
 * token, and cannot be switched off. It refuses every request but those to a name that no resolver knows (RFC 6761:
 * `.invalid`), which no browser can reach; gRPC and the Web UI go other ways.
 */
const NO_HTTP_API = 'frontend.httpAllowedHosts=["nobody.invalid"]';

/** Up in half a second; with a big database, or on a busy machine, the server reads for a while first. */
const START_MS = 60_000;
/** An orphan was up already when its owner died, or nearly; one that does not answer is replaced. */
const ADOPT_MS = 15_000;
/** The server answers SIGTERM within a second; what it has not written by then is in SQLite's log anyway. */
const STOP_MS = 10_000;
const ATTRIBUTES = { [taskAttribute]: 'Keyword', [kindAttribute]: 'Keyword' };

/**
 * Looks for servers that already run on the database of `home`, their owner killed: adopts one that has the wanted
 * ports, keeps its HTTP API shut and answers, and ends the others, because two servers on one database would each believe
 * to be alone. They are known by their command lines: whatever their owner had written down when it was killed.
 *
 * Throws `PortInUse` when there is none to adopt and somebody else has a port, and the signal's reason when it is aborted
 * meanwhile: then none is left.
 */
export async function adoptTemporal(
  options: TemporalOptions,
  signal?: AbortSignal,
): Promise<RunningTemporal | undefined> {
  const { port, uiPort } = options;
  const database = await databaseOf(options.home);
  for (const orphan of serversOn(database)) {
    const fits =
      optionOf(orphan.pid, '--port') === `${port}` &&
      optionOf(orphan.pid, '--ui-port') === `${uiPort}` &&
      // An earlier version of Regie left the HTTP API open.
      commandLine(orphan.pid).some((words) => words.includes(NO_HTTP_API)) &&
      hasOpen(orphan.pid, database);
    const ended = () => signal?.aborted === true;
    if (fits && (await becomesReady(options, ADOPT_MS, ended))) return running(options, orphan, true);
    await endProcess(orphan, STOP_MS);
  }
  signal?.throwIfAborted();
  await requirePorts(options);
  return undefined;
}

/** Ends the servers that a killed owner has left on the database of `home`, if any. */
export async function endTemporalOrphans(home: string, hurry?: AbortSignal): Promise<void> {
  for (const orphan of serversOn(await databaseOf(home))) await endProcess(orphan, STOP_MS, hurry);
}

/**
 * Starts the Temporal development server on the database of `home`; call `adoptTemporal` first. It listens on 127.0.0.1
 * only and runs in a process group of its own. It has no login: whoever has an account on this machine can command it.
 *
 * Throws `PortInUse`, the signal's reason when it is aborted meanwhile, or, with the end of the server's log, an error
 * when it does not start.
 */
export async function startTemporal(
  program: string,
  options: TemporalOptions,
  signal?: AbortSignal,
): Promise<RunningTemporal> {
  const database = await databaseOf(options.home);
  const log = path.join(path.dirname(database), 'temporal.log');
  await keepLogSmall(log);
  const { size } = await stat(log);
  const child = await launch(program, database, log, options);
  const id = identify(child.pid ?? 0);
  const ended = () => child.exitCode !== null || child.signalCode !== null || signal?.aborted === true;
  if (id && (await becomesReady(options, START_MS, ended)) && !ended()) return running(options, id, false);
  if (id) await endProcess(id, STOP_MS);
  signal?.throwIfAborted();
  const words = await textFrom(log, size);
  if (words.includes('address already in use')) {
    // One that was on its way when its owner was killed may have come up since we looked.
    const orphan = await adoptTemporal(options, signal);
    if (orphan) return orphan;
  }
  throw new Error(`the Temporal server did not start on port ${options.port}; the end of ${log}:\n${words}`);
}

/** In full and without symbolic links, as the running server's command line has it. */
async function databaseOf(home: string): Promise<string> {
  return path.join(await realpath(home), DATABASE);
}

function running({ port, uiPort }: TemporalOptions, id: ProcessId, adopted: boolean): RunningTemporal {
  return {
    address: `127.0.0.1:${port}`,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    port,
    uiPort,
    process: id,
    adopted,
    async stop(hurry) {
      await endProcess(id, STOP_MS, hurry);
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
    'server start-dev --log-level warn --ip 127.0.0.1 --ui-ip 127.0.0.1'.split(' '),
    ['--port', `${port}`, '--ui-port', `${uiPort}`, '--db-filename', database],
    Object.entries(ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    namespace === 'default' ? [] : ['--namespace', namespace],
    [SHORT_STICKY_TIMEOUT, NO_HTTP_API].flatMap((value) => ['--dynamic-config-value', value]),
  ].flat();
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

async function requirePorts({ port, uiPort }: TemporalOptions): Promise<void> {
  const needs = [
    [port, 'the Temporal server'],
    [uiPort, "Temporal's Web UI"],
  ] as const;
  for (const [number, what] of needs) {
    if (await tryPort(number)) continue;
    const holder = await findPortHolder(number);
    throw new PortInUse(number, what, holder && { ...holder, ...whose(holder.pid) });
  }
}

/** Of a server that another installation has started: where that is. */
function whose(pid: number): { owner?: string } {
  const root = installationOf(pid);
  return root
    ? {
        owner: `Regie's in ${root}: Ctrl-C stops it there; if it was killed, \`regie up\` there takes it over`,
      }
    : {};
}

/**
 * Waits until the namespace and the search attributes are there: the server takes calls before that, and a schedule
 * made too early would be refused. `false` when `within` ms are over or the server has ended.
 */
async function becomesReady(
  { port, namespace }: TemporalOptions,
  within: number,
  ended: () => boolean,
): Promise<boolean> {
  const { Connection } = await import('@temporalio/client');
  const deadline = Date.now() + within;
  const connection = Connection.lazy({ address: `127.0.0.1:${port}` });
  try {
    while (Date.now() < deadline && !ended()) {
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
