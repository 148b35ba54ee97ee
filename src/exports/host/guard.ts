import { writeSync } from 'node:fs';
import { LAST_WORD_FD, type LastWord } from './messages.ts';
import { startThread } from '../../processes/thread.ts';
import { placeIn } from './place.ts';
import type { Deadline, Watch } from './watchdog.ts';

/** The thread that watches this process. */
export interface Watchdog {
  /** What is done from now on must be over in so many ms. */
  allow(deadline: Deadline): void;
}

/** Starts the watchdog; it watches when this returns. */
export async function startWatchdog(watch: Watch): Promise<Watchdog> {
  const worker = startThread(import.meta.url, 'watchdog', watch);
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
