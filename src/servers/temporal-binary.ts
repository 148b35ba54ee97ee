import { access, constants, mkdir, mkdtemp, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { killGroup } from '../processes/process-group.ts';
import { unlessAborted } from '../task/in-time.ts';
import { endProcess, findByFolder, findByProgram, identify } from '../processes/processes.ts';
import { runCommand } from '../processes/run-program.ts';

/** The release that `go install` can build (server 1.29.1); newer ones have a `replace` in go.mod, which it refuses. */
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
/** How often a build says that it is alive, milliseconds. */
const REPORT_MS = 10_000;
const DOWNLOAD_HOST = 'temporal.download';
const NAME = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

export interface FindOptions {
  /** Gets a line for the operator: what is tried, and how far a download or build is. */
  onProgress?: ((line: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  env?: NodeJS.ProcessEnv;
  /** Where a downloaded or built program is kept. */
  cache?: string;
  /** `false`: only look, neither download nor build. */
  install?: boolean;
}

interface Step {
  name: string;
  /** Gives the program's path, or throws why there is none here. */
  find(): Promise<string>;
}

/**
 * Finds the `temporal` program with its development server: REGIE_TEMPORAL_CLI (which must be right when set), `PATH`,
 * Regie's cache, the SDK's own download, `go install`. The last two put it into the cache; a cold build takes minutes.
 *
 * Throws one error that says of each step why it failed, and what to do.
 */
export async function findTemporal(options: FindOptions = {}): Promise<string> {
  const { env = process.env, signal } = options;
  const cache = options.cache ?? path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'regie');
  const say = options.onProgress ?? (() => undefined);
  const chosen = env.REGIE_TEMPORAL_CLI;
  if (chosen) {
    return checkProgram(chosen, signal).catch((error: Error) => {
      signal?.throwIfAborted();
      throw new Error(`REGIE_TEMPORAL_CLI: ${error.message}`);
    });
  }
  const steps: Step[] = [
    { name: 'PATH', find: () => searchPath(env, signal) },
    { name: cache, find: () => checkProgram(path.join(cache, NAME), signal) },
  ];
  if (options.install !== false) {
    steps.push(
      { name: 'download', find: () => download(cache, env, say, signal) },
      { name: 'go install', find: () => build(cache, env, say, signal) },
    );
  }
  const failed: string[] = [];
  for (const step of steps) {
    signal?.throwIfAborted();
    try {
      return await step.find();
    } catch (error) {
      signal?.throwIfAborted();
      failed.push(`  ${step.name}: ${(error as Error).message}`);
    }
  }
  throw new Error(
    'no Temporal server on this machine. Tried\n' +
      failed.join('\n') +
      '\nInstall the `temporal` command line (https://docs.temporal.io/cli) or Go, put its path into ' +
      'REGIE_TEMPORAL_CLI, or set TEMPORAL_ADDRESS to a server that runs elsewhere',
  );
}

/** An older `temporal`, or another program of that name, has no development server. */
async function checkProgram(file: string, signal?: AbortSignal): Promise<string> {
  await access(file, constants.X_OK);
  const { output } = await runCommand(file, ['server', 'start-dev', '--help'], { timeout: 10_000, signal });
  if (!output.includes('--db-filename') || !output.includes('--search-attribute')) {
    const words = output.split('\n')[0] ?? '';
    throw new Error(
      `${file} has no \`server start-dev\` with --db-filename and --search-attribute; it says: ${words.slice(0, 200)}`,
    );
  }
  return path.resolve(file);
}

async function searchPath(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string> {
  const unfit: string[] = [];
  for (const folder of env.PATH?.split(path.delimiter).filter(Boolean) ?? []) {
    try {
      return await checkProgram(path.join(folder, NAME), signal);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') unfit.push(message);
    }
  }
  throw new Error(unfit.join('; ') || `no ${NAME}`);
}

/**
 * The SDK downloads a server for its test environment; started once, that environment leaves the program in the
 * folder it was given.
 */
async function download(
  cache: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  // The SDK's own attempt takes minutes to give up, and cannot be cancelled. Behind a proxy only it can tell.
  if (!env.HTTPS_PROXY && !env.https_proxy) await unlessAborted(signal, reach(DOWNLOAD_HOST, 8_000));
  say('downloading the Temporal server (some 50 MB)');
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const fetch = async (folder: string) => {
    const server = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', downloadDir: folder } },
    });
    await server.teardown();
    for (const name of await readdir(folder)) {
      const file = path.join(folder, name);
      if (name.startsWith('temporal') && (await stat(file)).isFile()) return checkProgram(file);
    }
    throw new Error('the download left no program');
  };
  return intoCache(cache, (folder) => unlessAborted(signal, fetch(folder)));
}

async function build(
  cache: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  await runCommand('go', ['version'], { env, timeout: 10_000 });
  say(
    'building the Temporal server with Go: 3 to 6 minutes the first time, about 20 seconds with a warm Go cache',
  );
  return intoCache(cache, async (folder) => {
    const begun = Date.now();
    let downloaded = 0;
    let compiled = 0;
    // Go says nothing while it links, so the clock speaks.
    const report = setInterval(() => {
      const seconds = Math.round((Date.now() - begun) / 1_000);
      say(
        `building the Temporal server: ${seconds} s, ${downloaded} modules fetched, ${compiled} packages compiled`,
      );
    }, REPORT_MS);
    // What it works in goes with the folder, also after a kill.
    const work = path.join(folder, 'work');
    await mkdir(work);
    const { code, output } = await runCommand('go', ['install', '-v', GO_PACKAGE], {
      env: { ...env, GOBIN: folder, GOTMPDIR: work, GOFLAGS: '' },
      cwd: folder,
      signal,
      onLine(line) {
        if (line.startsWith('go: downloading')) downloaded++;
        else if (!line.startsWith('go:')) compiled++;
      },
    }).finally(() => clearInterval(report));
    if (code !== 0) throw new Error(`exit code ${code}: ${output.split('\n').slice(-3).join(' / ')}`);
    return checkProgram(path.join(folder, NAME));
  });
}

/** Lets `make` produce the program in a folder of its own, then moves it into the cache in one step. */
async function intoCache(cache: string, make: (folder: string) => Promise<string>): Promise<string> {
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const folder = await mkdtemp(path.join(cache, `new-${process.pid}-`));
  try {
    const kept = path.join(cache, NAME);
    await rename(await make(folder), kept);
    return kept;
  } finally {
    await removeWithUsers(folder);
  }
}

/** What killed processes have left: half a program, and a build or a server for a look at it that goes on for nobody. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const pid = Number(/^new-(\d+)-/.exec(name)?.[1]);
    if (pid && pid !== process.pid && !identify(pid)) await removeWithUsers(path.join(cache, name));
  }
}

/** Ends what runs in the folder, or from it, and removes it. */
async function removeWithUsers(folder: string): Promise<void> {
  // Another process may have removed it meanwhile.
  const home = await realpath(folder).catch(() => undefined);
  if (!home) return;
  const ids = [...findByFolder(home), ...findByProgram(`${home}/`)].map(identify);
  for (const id of ids) {
    if (!id) continue;
    // A build leads a group of its own: its compilers too.
    killGroup(id.pid);
    await endProcess(id, 0);
  }
  // What is being written is there again after it was removed.
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function reach(host: string, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: 443 });
    // A timer of our own: the socket's does not count the look-up of the name.
    const timer = setTimeout(() => socket.destroy(new Error(`${host} does not answer`)), timeout);
    socket.once('connect', () => socket.destroy());
    socket.once('error', (error) => reject(new Error(`no internet: ${error.message}`)));
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
