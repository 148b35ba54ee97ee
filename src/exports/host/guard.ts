import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { LAST_WORD_FD, type LastWord } from './messages.ts';
import { placeIn } from './place.ts';
import type { Deadline, Watch } from './watchdog.ts';

/** The thread that watches this process. */
export interface Watchdog {
  /** What is done from now on must be over in so many ms. */
  allow(deadline: Deadline): void;
}

/** Starts the watchdog; it watches when this returns. */
export async function startWatchdog(watch: Watch): Promise<Watchdog> {
  const worker = startThread(watch);
  // It ends with the process, and does not keep it.
  worker.unref();
  // An error of the thread later on is one of this process, which must not go on without it.
  await new Promise((resolve, reject) => {
    worker.once('message', () => {
      worker.off('error', reject);
      resolve(undefined);
    });
    worker.once('error', reject);
  });
  return { allow: (deadline) => worker.postMessage(deadline) };
}

function startThread(workerData: Watch): Worker {
  const file = fileURLToPath(
    new URL(`./watchdog${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
  );
  // The heap of the main thread is limited, not that of this one.
  const options = { workerData, execArgv: [] };
  if (file.endsWith('.js')) return new Worker(file, options);
  // From the sources: Node 20 cannot read TypeScript, in a thread not even with a loader.
  const jiti = createRequire(import.meta.url).resolve('jiti');
  const start = `require(${JSON.stringify(jiti)})(${JSON.stringify(file)}).import(${JSON.stringify(file)})`;
  return new Worker(start, { ...options, eval: true });
}

/** Lets the parent know who called `process.exit`, and where. */
export function reportExit(): void {
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    const place = placeIn(new Error().stack ?? '');
    const word: LastWord = {
      why: 'exit',
      code: Number(code ?? process.exitCode ?? 0),
      ...(place ? { place } : {}),
    };
    writeSync(LAST_WORD_FD, `${JSON.stringify(word)}\n`);
    return exit(code);
  };
}
