import { chmod, mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { findAddress } from '../temporal/address.ts';
import { Keeper, type Pace } from './keeper.ts';
import { lockHome, type OwnerLock } from '../processes/owner-lock.ts';
import { endPostgresOrphan, startPostgres, type RunningPostgres } from './postgres.ts';
import { isRunning, type ProcessId } from '../processes/processes.ts';
import { homeOf, readRunFile, removeRunFile, writeRunFile, type RunFile } from '../processes/run-file.ts';
import { findTemporal } from './temporal-binary.ts';
import {
  adoptTemporal,
  endTemporalOrphans,
  startTemporal,
  type RunningTemporal,
  type TemporalOptions,
} from './temporal.ts';

/** Temporal's own defaults, so that a bare `temporal` and a bookmark find the server. */
const PORT = 7233;
const UI_ABOVE_PORT = 1000;
/** How often it is looked whether a server that was lost is back, milliseconds. */
const BACK_MS = 100;

export interface ServerAddresses {
  /** `host:port` */
  temporalAddress: string;
  /** Undefined when Temporal is not ours: then its address says nothing about a UI. */
  uiUrl: string | undefined;
  databaseUrl: string;
}

export interface Servers extends ServerAddresses {
  /** This process started or adopted at least one server; `stop` ends those. */
  owned: boolean;
  /** How often a server has died so far. */
  losses(): number;
  /** Waits until those that died run again; throws the signal's reason when it is aborted before. */
  back(signal: AbortSignal): Promise<void>;
  /** Writes down, for `doctor`, the process of the worker that this process keeps. */
  noteWorker(worker: ProcessId): Promise<void>;
  /** Stops Temporal, then PostgreSQL; may be called again. */
  stop(): Promise<void>;
}

export interface EnsureOptions {
  /** Temporal's port; 7233 when left out. */
  port?: number | undefined;
  /** The Web UI's port; Temporal's + 1000 when left out. */
  uiPort?: number | undefined;
  /** Gets a line for the operator when something takes time. */
  onProgress?: ((line: string) => void) | undefined;
  /** Told, in words, when a server dies so often, or cannot be started again, that nothing starts it any more. */
  onGivenUp?: ((line: string) => void) | undefined;
  /** How fast dead servers are noticed and started again; see `Keeper`. */
  pace?: Partial<Pace> | undefined;
  /**
   * Aborted by Ctrl-C. During the start: what has been started is stopped again, and the call throws the abort. Later: a server
   * that dies is not started again.
   */
  signal?: AbortSignal | undefined;
  /** Aborted by a second one: what is being stopped is stopped at once, within some seconds. */
  hurry?: AbortSignal | undefined;
}

/**
 * Makes the servers of the installation in `root` run: those configured from outside (TEMPORAL_ADDRESS or a profile of
 * temporal.toml, DATABASE_URL) are taken as they are, the others are started below `.regie/`, or adopted when a killed
 * owner left them running. One process owns them; nobody listens beyond 127.0.0.1. A server that dies is started again,
 * on the same data and ports, until `stop`.
 *
 * Throws `AlreadyRunning` when another process owns them (`attach` then gives their addresses), `PortInUse`, and
 * errors that say what is missing. After an error nothing that this call started is left running.
 */
export async function ensureServers(root: string, options: EnsureOptions = {}): Promise<Servers> {
  const { signal, hurry, onProgress } = options;
  const configured = await findAddress(root);
  const outside = {
    temporal: configured.source === 'environment' ? configured.address : undefined,
    database: process.env.DATABASE_URL || undefined,
  };
  if (outside.temporal && outside.database) {
    return {
      temporalAddress: outside.temporal,
      uiUrl: undefined,
      databaseUrl: outside.database,
      owned: false,
      losses: () => 0,
      back: () => Promise.resolve(),
      // There is no run file.
      noteWorker: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    };
  }

  const home = homeOf(root);
  const port = options.port ?? PORT;
  const { namespace } = configured;
  const temporal = { home, port, uiPort: options.uiPort ?? port + UI_ABOVE_PORT, namespace };
  await mkdir(home, { recursive: true, mode: 0o700 });
  const lock = await lockHome(home);
  const started: Started = {};
  const wanted = { temporal: outside.temporal === undefined, postgres: outside.database === undefined };
  try {
    // Another part of Regie may have made it first; root's is opened a little, see `startPostgres`.
    if (process.getuid?.() !== 0) await chmod(home, 0o700);
    // What a killed owner wrote may be wrong from now on.
    await removeRunFile(root);
    // Before anything is started, because this is what goes wrong most: somebody has the port.
    if (wanted.temporal) started.temporal = await adoptTemporal(temporal, signal);

    const giveUp = new AbortController();
    const ended = AbortSignal.any(signal ? [signal, giveUp.signal] : [giveUp.signal]);
    const work: Promise<unknown>[] = [];
    if (wanted.temporal && !started.temporal) {
      const program = findTemporal({ onProgress, signal: ended });
      work.push(
        program
          .then((file) => startTemporal(file, temporal, ended))
          .then((server) => (started.temporal = server)),
      );
    }
    if (wanted.postgres) {
      work.push(
        startPostgres({ home, onProgress, signal: ended, hurry }).then(
          (server) => (started.postgres = server),
        ),
      );
    }
    await allToTheirEnd(work, () => giveUp.abort());
    signal?.throwIfAborted();
    await writeRunFile(root, describe(lock, started));
  } catch (error) {
    // Those of a killed owner that were not looked at yet are left no more than those that were started.
    const orphans = {
      temporal: { stop: () => endTemporalOrphans(home, hurry) },
      postgres: { stop: () => endPostgresOrphan(home, hurry) },
    };
    await stopAll(
      root,
      {
        temporal: started.temporal ?? (wanted.temporal ? orphans.temporal : undefined),
        postgres: started.postgres ?? (wanted.postgres ? orphans.postgres : undefined),
      },
      lock,
      hurry,
    );
    // What a start says that was broken off is no fault.
    throw signal?.aborted ? signal.reason : error;
  }

  const write = writer(() => writeRunFile(root, describe(lock, started)));
  const kept = keep(started, write, { home, temporal, ...options });
  const letGo = () => {
    for (const keeper of kept.all) keeper.letGo();
  };
  signal?.addEventListener('abort', letGo, { once: true });
  if (signal?.aborted) letGo();
  let stopping: Promise<void> | undefined;
  return {
    temporalAddress: outside.temporal ?? started.temporal!.address,
    uiUrl: started.temporal?.uiUrl,
    databaseUrl: outside.database ?? started.postgres!.url,
    owned: true,
    losses: () => kept.all.reduce((sum, { losses }) => sum + losses, 0),
    async back(until) {
      while (!kept.all.every(({ runs }) => runs)) await sleep(BACK_MS, undefined, { signal: until });
    },
    async noteWorker(worker) {
      if (stopping) return;
      started.worker = worker;
      await write();
    },
    stop() {
      letGo();
      signal?.removeEventListener('abort', letGo);
      return (stopping ??= stopAll(root, kept, lock, hurry));
    },
  };
}

/**
 * The addresses of the servers that a `regie up` in `root` runs, for further workers and commands; what is configured
 * from outside comes first. `undefined` when a server is neither configured nor running.
 */
export async function attach(root: string): Promise<ServerAddresses | undefined> {
  const configured = await findAddress(root);
  const file = await readRunFile(root);
  const temporal = file?.temporal && isRunning(file.temporal.process) ? file.temporal : undefined;
  const postgres = file?.postgres && isRunning(file.postgres.process) ? file.postgres : undefined;
  const outside = configured.source === 'environment' ? configured.address : undefined;
  const temporalAddress = outside ?? temporal?.address;
  const databaseUrl = process.env.DATABASE_URL || postgres?.url;
  if (!temporalAddress || !databaseUrl) return undefined;
  return { temporalAddress, uiUrl: outside ? undefined : temporal?.uiUrl, databaseUrl };
}

interface Started {
  temporal?: RunningTemporal | undefined;
  postgres?: RunningPostgres;
  worker?: ProcessId;
}

function describe(
  { owner }: OwnerLock,
  { temporal, postgres, worker }: Started,
): Omit<RunFile, 'version' | 'home'> {
  return {
    owner,
    ...(temporal && {
      temporal: {
        address: temporal.address,
        uiUrl: temporal.uiUrl,
        port: temporal.port,
        uiPort: temporal.uiPort,
        process: temporal.process,
      },
    }),
    ...(postgres && { postgres: { url: postgres.url, port: postgres.port, process: postgres.process } }),
    ...(worker && { worker }),
  };
}

/** Calls of `write`, one after the other: what is written last is the newest. */
function writer(write: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => (last = last.catch(() => undefined).then(write));
}

interface Stoppable {
  temporal?: { stop(hurry?: AbortSignal): Promise<void> } | undefined;
  postgres?: { stop(hurry?: AbortSignal): Promise<void> } | undefined;
}

/** Temporal first: it must not hand out work whose results PostgreSQL cannot take. The lock goes last. */
async function stopAll(
  root: string,
  { temporal, postgres }: Stoppable,
  lock: OwnerLock,
  hurry: AbortSignal | undefined,
): Promise<void> {
  try {
    await temporal?.stop(hurry);
  } finally {
    try {
      await postgres?.stop(hurry);
      await removeRunFile(root);
    } finally {
      await lock.release();
    }
  }
}

/**
 * Waits for all of them, also after one has failed: whatever came up must be known to be stopped. Throws the first
 * error; `onError` lets the others give up early.
 */
async function allToTheirEnd(work: Promise<unknown>[], onError: () => void): Promise<void> {
  const errors: unknown[] = [];
  const noting = (error: unknown) => {
    errors.push(error);
    onError();
  };
  await Promise.all(work.map((one) => one.catch(noting)));
  if (errors.length > 0) throw errors[0];
}

/** Those of the servers that run under a keeper. */
interface Kept {
  temporal?: Keeper<RunningTemporal>;
  postgres?: Keeper<RunningPostgres>;
  all: readonly Keeper<RunningTemporal | RunningPostgres>[];
}

function keep(
  started: Started,
  write: () => Promise<void>,
  options: EnsureOptions & { home: string; temporal: TemporalOptions },
): Kept {
  const { home, hurry, onProgress, onGivenUp, pace = {} } = options;
  const common = {
    say: (line: string) => onProgress?.(line),
    onGivenUp: (line: string) => onGivenUp?.(line),
    pace,
  };
  const { temporal: startedTemporal, postgres: startedPostgres } = started;
  const temporal =
    startedTemporal &&
    new Keeper({
      ...common,
      name: 'the Temporal server',
      server: startedTemporal,
      start: async (signal) =>
        // A start that was given up too early may have left one that runs.
        (await adoptTemporal(options.temporal, signal)) ??
        startTemporal(await findTemporal({ install: false, signal }), options.temporal, signal),
      async onBack(server) {
        started.temporal = server;
        await write();
      },
    });
  const postgres =
    startedPostgres &&
    new Keeper({
      ...common,
      name: 'PostgreSQL',
      server: startedPostgres,
      start: (signal) => startPostgres({ home, port: startedPostgres.port, signal, hurry }),
      async onBack(server) {
        started.postgres = server;
        await write();
      },
    });
  const all = [temporal, postgres].filter((keeper) => keeper !== undefined);
  return { ...(temporal && { temporal }), ...(postgres && { postgres }), all };
}
