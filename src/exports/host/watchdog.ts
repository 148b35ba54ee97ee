/**
 * Runs in a thread of its own beside the user's code, which may loop for ever or block: ends the process when its parent has gone, when it takes
 * too much memory, and when its time is over.
 */
import { writeSync } from 'node:fs';
import { Session, type Debugger } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { LAST_WORD_FD, type LastWord, type SourceLocation } from './host-messages.ts';
import { killGroup } from '../../processes/process-group.ts';
import { userFile } from './source-location.ts';

/** What the thread is started with. */
export interface Watch {
  /** The process that started this one. */
  parent: number;
  /** Bytes. */
  memory: number;
}

/** Sent to the thread when work begins: what is to be over in so many ms. */
export interface Deadline {
  within: number;
  loading: boolean;
}

/** A module that eats memory gets some hundred MB in this time, no more. */
const CHECK_EVERY_MS = 50;
/** Code that runs stops within microseconds of processor time when it is asked to; a busy machine gives it some of that in … */
const PAUSES_WITHIN_MS = 500;
/** … and in this time at last. */
const GIVES_UP_AFTER_MS = 3_000;

/** Processor time of a process that only waits, in the time above, microseconds: this thread's own look is far below it. */
const BUSY_US = 50_000;

const { parent, memory } = workerData as Watch;
let deadline = Number.POSITIVE_INFINITY;
let loading = true;

parentPort!.on('message', (set: Deadline) => {
  deadline = performance.now() + set.within;
  loading = set.loading;
});

const interval = setInterval(() => {
  // Who loses its parent is given to another one.
  if (process.ppid !== parent) end();
  if (process.memoryUsage.rss() > memory) end({ why: 'memory' });
  if (performance.now() > deadline) {
    deadline = Number.POSITIVE_INFINITY;
    void locationOfMain().then((found) =>
      end({ why: 'late', loading, waiting: found === undefined, ...found }),
    );
  }
}, CHECK_EVERY_MS);
parentPort!.unref();
parentPort!.postMessage('ready');

function end(word?: LastWord): void {
  clearInterval(interval);
  try {
    if (word) writeSync(LAST_WORD_FD, `${JSON.stringify(word)}\n`);
  } finally {
    // The whole group: programs that the module started.
    killGroup(process.pid);
  }
}

/** Where the main thread is in the user's code; undefined when it executes nothing. */
function locationOfMain(): Promise<{ location?: SourceLocation } | undefined> {
  const session = new Session();
  session.connectToMainThread();
  const files = new Map<string, string>();
  return new Promise((resolve) => {
    const asked = { at: performance.now(), used: process.cpuUsage() };
    // Whoever computes will stop as soon as it gets the processor; whoever uses none of it waits for something.
    const askAgain = () => {
      const { user, system } = process.cpuUsage(asked.used);
      const waits = user + system < BUSY_US;
      if (waits || performance.now() - asked.at > GIVES_UP_AFTER_MS) resolve(undefined);
      else {
        asked.used = process.cpuUsage();
        setTimeout(askAgain, PAUSES_WITHIN_MS);
      }
    };
    setTimeout(askAgain, PAUSES_WITHIN_MS);
    // Tells of the scripts that are loaded already, too.
    session.on('Debugger.scriptParsed', ({ params }) => {
      const file = userFile(params.url);
      if (file !== undefined) files.set(params.scriptId, file);
    });
    session.on('Debugger.paused', ({ params }) => resolve(locationOf(params.callFrames, files)));
    session.post('Debugger.enable');
    session.post('Debugger.pause');
  });
}

/** The innermost frame in a file of the user's; the files go by the ids of scripts. */
function locationOf(
  frames: readonly Debugger.CallFrame[],
  files: ReadonlyMap<string, string>,
): { location?: SourceLocation } {
  for (const { location } of frames) {
    const file = files.get(location.scriptId);
    if (file !== undefined) return { location: { file, line: location.lineNumber + 1 } };
  }
  return {};
}
