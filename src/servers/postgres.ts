import { createHash, randomBytes } from 'node:crypto';
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { keepLogSmall, textFrom } from './log-file.ts';
import { findPortHolder } from '../processes/port-holder.ts';
import { freePort, tryPort } from './ports.ts';
import { canEnter, serverAccount, SHELTER } from './postgres-account.ts';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts';
import { embeddedSettings } from './postgres-settings.ts';
import { syncFolder, writePrivateFile } from '../processes/private-file.ts';
import {
  commandLine,
  endProcess,
  findByArgument,
  findByFolder,
  identify,
  isRunning,
  type ProcessId,
} from '../processes/processes.ts';
import { runCommand, type Account } from '../processes/run-program.ts';

export interface PostgresOptions {
  /** The installation's own folder (`.regie`); the data folder, the password and the log go into it. */
  home: string;
  /** PostgreSQL settings beside Regie's own, e.g. `{fsync: 'off'}` for tests. */
  settings?: Record<string, string>;
  /** Gets a line for the operator when something takes time. */
  onProgress?: ((line: string) => void) | undefined;
  /** The only port that will do, for a server that is started again; else that of the last time, or any. */
  port?: number;
  /** Breaks off a start: the server is stopped, also while it replays its log. */
  signal?: AbortSignal;
  /** Then it is stopped at once, and replays its log at its next start. */
  hurry?: AbortSignal | undefined;
}

export interface RunningPostgres {
  /** With user and password, database `regie`. */
  url: string;
  port: number;
  process: ProcessId;
  /** It was running already: its owner was killed. */
  adopted: boolean;
  /**
   * Ends open transactions, writes everything to disk and stops the server. Once `hurry` is aborted it takes some seconds
   * at most: the server replays its log at its next start.
   */
  stop(hurry?: AbortSignal): Promise<void>;
}

/** What is needed to drive the server of one data folder. */
interface Cluster {
  data: string;
  log: string;
  password: string;
  account: Account | undefined;
  binaries: PostgresBinaries;
}

const USER = 'regie';
const DATABASE = 'regie';
/** A server that was killed first replays its log: with 4 GB of it that takes minutes on a slow disk. */
const START_SECONDS = 600;
/**
 * What a start may meet for a moment: the port was taken since we looked, or the processes of a server that was killed
 * have not all noticed yet.
 */
const LEFTOVERS = /could not bind|"postmaster\.pid" already exists|shared memory block .* is still in use/;
const LEFTOVERS_MS = 10_000;
/** For `select 1` and `create database`. */
const QUERY_MS = 30_000;
/** What is not on disk yet may take its time there. */
const FAST_SECONDS = 60;
/** The server gives its sessions five seconds, then it kills them. */
const IMMEDIATE_SECONDS = 7;
/** A session that is not busy notices at once that its server is gone, and a busy one that it shall end. */
const ORPHAN_MS = 1_000;

/**
 * Starts the embedded PostgreSQL of `home`, made on first use, or adopts the one that already runs on its data folder.
 * It listens on 127.0.0.1 only, with a random password, in a process group of its own.
 *
 * Throws the signal's reason when it is aborted meanwhile, and, with the end of the server's log, when it does not start.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { signal, hurry } = options;
  const cluster = await openCluster(options);
  const found = await findServer(cluster);
  if (found) {
    if (await answers(cluster, found.port, signal))
      return { ...(await describe(cluster, found.port)), adopted: true };
    await stopServer(cluster, hurry);
    signal?.throwIfAborted();
  }
  await endOrphans(cluster);
  await writeSettings(cluster, options.settings ?? {});
  const port = await startServer(cluster, options);
  return { ...(await describe(cluster, port)), adopted: false };
}

/** Stops the server that a killed owner has left running on the data of `home`, if there is one. */
export async function endPostgresOrphan(home: string, hurry?: AbortSignal): Promise<void> {
  const dataHome = await findDataHome(await realpath(home));
  const { uid, gid } = (await stat(path.join(dataHome, 'postgres')).catch(() => undefined)) ?? {};
  if (uid === undefined || gid === undefined) return;
  const account = process.getuid?.() === 0 ? { name: `uid ${uid}`, uid, gid } : undefined;
  const cluster = { data: path.join(dataHome, 'postgres'), account };
  if (await findServer(cluster)) {
    await stopServer({ ...cluster, binaries: await findPostgres(account, SHELTER) }, hurry);
  }
}

/** Finds or makes the data folder. */
async function openCluster({ home, settings, onProgress, signal }: PostgresOptions): Promise<Cluster> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const own = await realpath(home);
  const account = await serverAccount();
  const dataHome = await chooseDataHome(own, account, onProgress);
  const data = path.join(dataHome, 'postgres');
  const existing = await stat(data).catch(() => undefined);
  // Root taking over an ordinary user's installation: PostgreSQL insists on running as the owner of its data.
  const runsAs =
    account && existing?.uid
      ? { name: `uid ${existing.uid}`, uid: existing.uid, gid: existing.gid }
      : account;
  const cluster = {
    data,
    log: path.join(dataHome, 'postgres.log'),
    password: await keepPassword(path.join(dataHome, 'postgres.password'), existing !== undefined),
    account: runsAs,
    binaries: await findPostgres(runsAs, SHELTER),
  };
  if (!existing) {
    onProgress?.(`making a PostgreSQL ${cluster.binaries.version} database in ${data}`);
    await initialise(cluster, settings?.fsync !== 'off', signal);
  }
  await checkVersion(cluster);
  return cluster;
}

/**
 * The folder for data and log: `home`, unless root hands the server to an account that cannot get there (a checkout
 * below /root). Root's `home` lets others pass (0711, not list), so that this account reaches its data folder, which
 * is closed to all others; everything else in `home` is 0600.
 */
async function chooseDataHome(
  home: string,
  account: Account | undefined,
  onProgress: PostgresOptions['onProgress'],
): Promise<string> {
  if (!account) return home;
  // An ordinary user's installation that root starts once: it stays where it is, and that user can reach it.
  if (await stat(path.join(home, 'postgres')).catch(() => undefined)) return home;
  await chmod(home, 0o711);
  if (await canEnter(account, home)) return home;
  const dataHome = shelterOf(home);
  await mkdir(dataHome, { recursive: true, mode: 0o711 });
  onProgress?.(
    `PostgreSQL runs as \`${account.name}\`, which cannot enter ${home}: its data is in ${dataHome}`,
  );
  return dataHome;
}

function shelterOf(home: string): string {
  return path.join(SHELTER, createHash('sha256').update(home).digest('hex').slice(0, 16));
}

/** Where `choosePlace` has put the data of `home`, without choosing. */
async function findDataHome(home: string): Promise<string> {
  const there = await stat(path.join(home, 'postgres')).catch(() => undefined);
  return there || process.getuid?.() !== 0 ? home : shelterOf(home);
}

/** Reads the password, or makes one before there is any database: so no database is ever without its password. */
async function keepPassword(file: string, databaseExists: boolean): Promise<string> {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (kept) return kept.trim();
  if (databaseExists) {
    throw new Error(
      `${file} is missing: expected the password of the database beside it; restore it from a backup`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  await writePrivateFile(file, `${password}\n`);
  return password;
}

/** Makes the data folder under another name first: a killed `initdb` must not leave half a database in its place. */
async function initialise(
  { data, account, binaries, password }: Cluster,
  durable: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const partial = `${data}.new-${process.pid}`;
  const passwordFile = `${partial}.password`;
  await removeAbandoned(path.dirname(data));
  await mkdir(partial, { mode: 0o700 });
  try {
    await writePrivateFile(passwordFile, password);
    if (account) {
      await chown(partial, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    const { code, output } = await runCommand(
      binaries.initdb,
      [
        `--pgdata=${partial}`,
        `--username=${USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Sorts and compares alike on every machine, whatever locales its system has.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        ...(durable ? [] : ['--no-sync']),
      ],
      { account, env: serverEnv(), signal },
    );
    if (code !== 0) throw new Error(`initdb failed (exit code ${code}): ${output}`);
    await appendFile(path.join(partial, 'postgresql.conf'), "\ninclude_if_exists = 'regie.conf'\n");
    await rename(partial, data);
    await syncFolder(path.dirname(data));
  } finally {
    await rm(passwordFile, { force: true });
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * What killed processes left of their half-made data folders and of the password files for them; an `initdb` that does not
 * know yet that it works for nobody is ended first.
 */
async function removeAbandoned(dataHome: string): Promise<void> {
  for (const name of await readdir(dataHome)) {
    const pid = /^postgres\.new-(\d+)(\.password)?$/.exec(name)?.[1];
    if (!pid || (Number(pid) !== process.pid && identify(Number(pid)))) continue;
    const file = path.join(dataHome, name);
    await endAll([...findByArgument(`--pgdata=${file}`), ...findByFolder(file)]);
    await rm(file, { recursive: true });
  }
}

async function checkVersion({ data, binaries }: Cluster): Promise<void> {
  const made = (await readFile(path.join(data, 'PG_VERSION'), 'utf8')).trim();
  const major = binaries.version.split('.')[0];
  if (made !== major) {
    throw new Error(
      `${data} was made by PostgreSQL ${made}, installed is ${major}: expected the same. ` +
        `Move its contents with pg_dump of PostgreSQL ${made}, or set DATABASE_URL`,
    );
  }
}

async function writeSettings({ data, account }: Cluster, own: Record<string, string>): Promise<void> {
  const file = path.join(data, 'regie.conf');
  const lines = Object.entries({ ...(await embeddedSettings()), ...own }).map(
    ([name, value]) => `${name} = '${value}'\n`,
  );
  await writeFile(
    file,
    `# Written by Regie at every start; use ALTER SYSTEM for values of your own.\n${lines.join('')}`,
  );
  if (account) await chown(file, account.uid, account.gid);
}

async function startServer(
  cluster: Cluster,
  { port: only, signal, hurry }: PostgresOptions,
): Promise<number> {
  const { data, log, account, binaries } = cluster;
  await keepLogSmall(log, account);
  const choosePort = only === undefined ? freePort : () => requirePort(only);
  let port = await choosePort(await lastPort(data));
  const deadline = Date.now() + LEFTOVERS_MS;
  for (;;) {
    signal?.throwIfAborted();
    const breakOff = () => void stopServer(cluster, hurry).catch(() => undefined);
    signal?.addEventListener('abort', breakOff, { once: true });
    // On the command line, because no settings file may open the server to the network.
    const network = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
    const { size } = await stat(log);
    const { code, output } = await runCommand(
      binaries.pgCtl,
      ['start', '-w', '-s', `-t${START_SECONDS}`, '-D', data, '-l', log, '-o', network],
      { account, env: serverEnv() },
    );
    signal?.removeEventListener('abort', breakOff);
    if (signal?.aborted) {
      // It may have come too early for the server to be found.
      await stopServer(cluster, hurry);
      throw signal.reason;
    }
    if (code === 0) return port;
    const words = await textFrom(log, size);
    if (Date.now() > deadline || !LEFTOVERS.test(words)) {
      throw new Error(`PostgreSQL did not start on ${data}: ${output}\n${words}`);
    }
    await sleep(200);
    const other = await findServer(cluster);
    if (other && (await answers(cluster, other.port, signal))) return other.port;
    port = await choosePort(port);
  }
}

/** Those who use the server know it by this port. */
async function requirePort(port: number): Promise<number> {
  if (await tryPort(port)) return port;
  const holder = await findPortHolder(port);
  const who = holder ? `${holder.name} (pid ${holder.pid})` : 'a process that this user may not see';
  throw new Error(`port ${port}, where PostgreSQL ran, is in use by ${who}`);
}

/**
 * Ends what a killed server has left: a session in a long statement goes on to its end, and holds the memory without
 * which no server starts on this data folder. PostgreSQL's own advice is to end them; nothing of theirs is committed.
 * Where a server runs that `postmaster.pid` does not tell of, nothing is touched.
 */
async function endOrphans({ data }: Cluster): Promise<void> {
  // Of a data folder that was deleted under them (Linux tells it so): PostgreSQL notices it after up to a minute.
  await endAll(findByFolder(`${data} (deleted)`));
  const left = findByFolder(data);
  // A server's own process has its program and its options as arguments, its children their own title.
  if (!left.every((pid) => commandLine(pid)[0]?.startsWith('postgres:'))) return;
  await endAll(left, ORPHAN_MS);
}

async function endAll(pids: number[], grace = 0): Promise<void> {
  const ids = pids.map(identify).filter((id) => id !== undefined);
  await Promise.all(ids.map((id) => endProcess(id, grace)));
}

/**
 * The port of the server's last run, which PostgreSQL keeps in `postmaster.opts`: addresses that people have noted
 * stay right across restarts.
 */
async function lastPort(data: string): Promise<number | undefined> {
  const options = await readFile(path.join(data, 'postmaster.opts'), 'utf8').catch(() => '');
  return Number(/"-p" "(\d+)"/.exec(options)?.[1]) || undefined;
}

/**
 * Stops the server: `fast` ends the sessions and writes everything; `immediate` leaves that to the next start and is still
 * safe; and so is a kill, for a server that hangs.
 */
async function stopServer(
  cluster: Pick<Cluster, 'data' | 'account' | 'binaries'>,
  hurry?: AbortSignal,
): Promise<void> {
  const { data } = cluster;
  if (!hurry?.aborted && (await stopsBy(cluster, 'fast', FAST_SECONDS, hurry))) return;
  if (await stopsBy(cluster, 'immediate', IMMEDIATE_SECONDS)) return;
  const found = await findServer(cluster);
  await endAll([...(found ? [found.process.pid] : []), ...findByFolder(data)]);
  const still = await findServer(cluster);
  if (still) throw new Error(`PostgreSQL on ${data} (pid ${still.process.pid}) cannot be ended`);
}

/** `false` when it still runs after so many seconds, or when `hurry` is aborted before. */
async function stopsBy(
  cluster: Pick<Cluster, 'data' | 'account' | 'binaries'>,
  mode: 'fast' | 'immediate',
  seconds: number,
  hurry?: AbortSignal,
): Promise<boolean> {
  const { data, account, binaries } = cluster;
  try {
    const { code } = await runCommand(
      binaries.pgCtl,
      ['stop', '-w', '-s', `-t${seconds}`, '-D', data, '-m', mode],
      { account, env: serverEnv(), signal: hurry },
    );
    if (code === 0) return true;
  } catch (error) {
    if (!hurry?.aborted) throw error;
  }
  return (await findServer(cluster)) === undefined;
}

/**
 * The server that runs on the data folder, by PostgreSQL's own `postmaster.pid`. A file whose pid belongs to another
 * program now (a container that restarted counts from 1 again) or to a zombie (a container whose first process collects
 * none) is removed, because PostgreSQL would refuse to start; if processes of that server still run, it refuses all
 * the same, by their shared memory.
 */
async function findServer({
  data,
}: Pick<Cluster, 'data'>): Promise<{ process: ProcessId; port: number } | undefined> {
  const file = path.join(data, 'postmaster.pid');
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!pid) return undefined;
  const process = identify(pid);
  if (process && commandLine(pid).some((argument) => argument.includes(data))) {
    return { process, port: Number(lines[3]) };
  }
  await rm(file, { force: true });
  return undefined;
}

/** Waits for a server that is still starting; `false` when it does not let us in, ends, or the signal is aborted. */
async function answers(cluster: Cluster, port: number, signal?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + START_SECONDS * 1_000;
  for (;;) {
    const error = await query(cluster, port, 'postgres', 'select 1').then(
      () => undefined,
      (e: unknown) => e,
    );
    if (signal?.aborted) return false;
    if (!error) return true;
    // cannot_connect_now: it replays its log
    const starting = error instanceof pg.DatabaseError && error.code === '57P03';
    if (!starting || Date.now() > deadline) return false;
    await sleep(200);
  }
}

async function describe(cluster: Cluster, port: number): Promise<Omit<RunningPostgres, 'adopted'>> {
  const { rows } = await query(
    cluster,
    port,
    'postgres',
    `select 1 from pg_database where datname = '${DATABASE}'`,
  );
  if (rows.length === 0) await query(cluster, port, 'postgres', `create database ${DATABASE}`);
  const found = await findServer(cluster);
  if (!found) throw new Error(`PostgreSQL on ${cluster.data} ended just after its start: see ${cluster.log}`);
  return {
    url: urlOf(cluster, port, DATABASE),
    port,
    process: found.process,
    async stop(hurry) {
      if (isRunning(found.process)) await stopServer(cluster, hurry);
    },
  };
}

async function query(cluster: Cluster, port: number, database: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({
    connectionString: urlOf(cluster, port, database),
    connectionTimeoutMillis: 5_000,
    query_timeout: QUERY_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

function urlOf({ password }: Cluster, port: number, database: string): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
}

/** Nothing of the operator's environment: it may hold secrets, and `PG…` variables that mean another server. */
function serverEnv(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(process.env.SystemRoot && { SystemRoot: process.env.SystemRoot }),
  };
}
