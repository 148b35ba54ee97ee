import { chmod, mkdir } from 'node:fs/promises';
import { findAddress } from '../temporal/address.ts';
import { lockHome, type OwnerLock } from './owner-lock.ts';
import { startPostgres, type RunningPostgres } from './postgres.ts';
import { isRunning } from './processes.ts';
import { homeOf, readRunFile, removeRunFile, writeRunFile, type RunFile } from './run-file.ts';
import { findTemporal } from './temporal-binary.ts';
import { adoptTemporal, startTemporal, type RunningTemporal } from './temporal.ts';

/** Temporal's own defaults, so that a bare `temporal` and a bookmark find the server. */
const PORT = 7233;
const UI_ABOVE_PORT = 1000;
/** How often it is looked whether the servers still run, milliseconds; costs two small reads of /proc. */
const WATCH_MS = 2_000;

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
  /** Told, in words, when a server has ended by itself; nothing restarts it. */
  onLost?: ((line: string) => void) | undefined;
  /** Aborted by Ctrl-C: what has been started is stopped again, and the call throws the abort. */
  signal?: AbortSignal | undefined;
}

/**
 * Makes the servers of the installation in `root` run: those configured from outside (TEMPORAL_ADDRESS or a profile of
 * temporal.toml, DATABASE_URL) are taken as they are, the others are started below `.regie/`, or adopted when a killed
 * owner left them running. One process owns them; nobody listens beyond 127.0.0.1.
 *
 * Throws `AlreadyRunning` when another process owns them (`attach` then gives their addresses), `PortInUse`, and
 * errors that say what is missing. After an error nothing that this call started is left running.
 */
export async function ensureServers(root: string, options: EnsureOptions = {}): Promise<Servers> {
  const { signal, onProgress } = options;
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
      stop: () => Promise.resolve(),
    };
  }

  const home = homeOf(root);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const lock = await lockHome(home);
  const started: Started = {};
  try {
    // Another part of Regie may have made it first; root's is opened a little, see `startPostgres`.
    if (process.getuid?.() !== 0) await chmod(home, 0o700);
    // What a killed owner wrote may be wrong from now on.
    await removeRunFile(root);
    const port = options.port ?? PORT;
    const { namespace } = configured;
    const temporal = { home, port, uiPort: options.uiPort ?? port + UI_ABOVE_PORT, namespace };
    const wanted = { temporal: outside.temporal === undefined, postgres: outside.database === undefined };
    // Before anything is started, because this is what goes wrong most: somebody has the port.
    if (wanted.temporal) started.temporal = await adoptTemporal(temporal);

    const giveUp = new AbortController();
    const ended = AbortSignal.any(signal ? [signal, giveUp.signal] : [giveUp.signal]);
    const work: Promise<unknown>[] = [];
    if (wanted.temporal && !started.temporal) {
      const program = findTemporal({ onProgress, signal: ended });
      work.push(
        program.then((file) => startTemporal(file, temporal)).then((server) => (started.temporal = server)),
      );
    }
    if (wanted.postgres) {
      work.push(startPostgres({ home, onProgress }).then((server) => (started.postgres = server)));
    }
    await allToTheirEnd(work, () => giveUp.abort());
    signal?.throwIfAborted();
    await writeRunFile(root, describe(lock, started));
  } catch (error) {
    await stopAll(root, started, lock);
    throw error;
  }

  const endWatch = options.onLost && watch(started, options.onLost);
  let stopping: Promise<void> | undefined;
  return {
    temporalAddress: outside.temporal ?? started.temporal!.address,
    uiUrl: started.temporal?.uiUrl,
    databaseUrl: outside.database ?? started.postgres!.url,
    owned: true,
    stop() {
      endWatch?.();
      return (stopping ??= stopAll(root, started, lock));
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
}

function describe({ owner }: OwnerLock, { temporal, postgres }: Started): Omit<RunFile, 'version'> {
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
  };
}

/** Temporal first: it must not hand out work whose results PostgreSQL cannot take. The lock goes last. */
async function stopAll(root: string, { temporal, postgres }: Started, lock: OwnerLock): Promise<void> {
  try {
    await temporal?.stop();
  } finally {
    try {
      await postgres?.stop();
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

/** Says once when a server has ended by itself; gives a function that ends the watch. */
function watch({ temporal, postgres }: Started, onLost: (line: string) => void): () => void {
  const watched = [
    ...(temporal ? [{ name: 'the Temporal server', id: temporal.process }] : []),
    ...(postgres ? [{ name: 'PostgreSQL', id: postgres.process }] : []),
  ];
  const timer = setInterval(() => {
    const gone = watched.find(({ id }) => !isRunning(id));
    if (!gone) return;
    clearInterval(timer);
    onLost(`${gone.name} (pid ${gone.id.pid}) has ended unexpectedly: see the logs in .regie`);
  }, WATCH_MS);
  timer.unref();
  return () => clearInterval(timer);
}
