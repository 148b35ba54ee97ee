import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { readLines } from '../../processes/output-lines.ts';
import { childEnd, saysOutOfMemory } from '../../processes/child-end.ts';
import { killGroup } from '../../processes/process-group.ts';
import { LAST_WORD_FD, lastWordOf, type LastWord, type ToChild, type ToParent } from './host-messages.ts';

/** How a child process ended that gave no answer. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  lastWord?: LastWord;
  /** It did not end by itself: it was given up after its time. */
  givenUp: boolean;
  /** V8 gave up for want of memory. */
  outOfMemory: boolean;
  /** The last line that it wrote to standard error. */
  lastLine?: string;
}

export interface ChildOptions {
  /** Working folder. */
  cwd: string;
  /** Bytes. */
  memory: number;
  /** ms after which it is killed from outside, should its own watchdog not have done it. */
  within: number;
  /** Every message but the answer. */
  onMessage(message: ToParent, send: (message: ToChild) => void): void;
  /** Each line that it writes to its outputs. */
  onLine(line: string): void;
  isAnswer(message: ToParent): boolean;
  /** Cancels: it is told so, and killed after `grace` ms. */
  signal: AbortSignal | undefined;
  grace: number;
}

/** What Node itself needs beside the heap of the user's code: its own code, the watchdog's thread, buffers. */
const BESIDE_HEAP = 128 * 2 ** 20;
/** Rows that pass are garbage at once: with little room for them, MB, a process takes a fifth less memory. */
const YOUNG_HEAP = '--max-semi-space-size=4';
/** After its answer it only has to exit. */
const EXITS_WITHIN_MS = 2_000;
/** Outputs that are still open then are held by programs that it started. */
const CLOSES_WITHIN_MS = 1_000;

/**
 * Runs the child process until it has answered, and has ended. Whatever happens it has ended, with the programs that it started, when this
 * returns; `Ending` when it gave no answer.
 */
export async function runChild(options: ChildOptions): Promise<{ answer: ToParent } | { ending: Ending }> {
  const child = start(options);
  const ended = childEnd(child, CLOSES_WITHIN_MS);
  const ending: Partial<Ending> = {};
  let answer: ToParent | undefined;
  let deadline = giveUp(options.within);

  function giveUp(after: number): NodeJS.Timeout {
    return setTimeout(() => {
      ending.givenUp = answer === undefined;
      kill();
    }, after);
  }
  const kill = () => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const send = (message: ToChild) => {
    // One that has ended needs no answer.
    if (child.connected) child.send(message, () => undefined);
  };
  const cancel = () => {
    send({ type: 'cancel' });
    clearTimeout(deadline);
    deadline = setTimeout(() => kill(), options.grace);
  };
  child.on('message', (message: ToParent) => {
    if (answer !== undefined) return;
    if (!options.isAnswer(message)) return options.onMessage(message, send);
    answer = message;
    clearTimeout(deadline);
    deadline = giveUp(EXITS_WITHIN_MS);
  });
  // Reported when the process exits.
  child.on('error', () => undefined);
  readLines(child.stdout!, options.onLine);
  readLines(child.stderr!, (line) => {
    ending.lastLine = line;
    ending.outOfMemory ||= saysOutOfMemory(line);
    options.onLine(line);
  });
  readLines(child.stdio[LAST_WORD_FD] as Readable, (line) => {
    const word = lastWordOf(line);
    if (word) ending.lastWord ??= word;
  });
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted) cancel();
  try {
    const { code, signal } = await ended;
    if (answer !== undefined) return { answer };
    return { ending: { givenUp: false, outOfMemory: false, ...ending, code, signal } };
  } finally {
    clearTimeout(deadline);
    options.signal?.removeEventListener('abort', cancel);
  }
}

function start({ cwd, memory }: ChildOptions): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const entry = fileURLToPath(new URL(`../../child${extension}`, import.meta.url));
  const program = new URL(`./host-child${extension}`, import.meta.url).href;
  // Garbage is collected when the heap is full, so the heap must be full before the process has taken what it may.
  const heap = Math.round(Math.max(memory / 2, memory - BESIDE_HEAP) / 2 ** 20);
  return spawn(
    process.execPath,
    [
      `--max-old-space-size=${heap}`,
      YOUNG_HEAP,
      ...loader(entry),
      entry,
      program,
      String(process.pid),
      String(memory),
    ],
    {
      cwd,
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
      // A process group of its own: what the module starts is ended with it, and Ctrl-C on a terminal is for the worker, which drains.
      detached: true,
      serialization: 'advanced',
    },
  );
}

/** What reads TypeScript, when this program runs from its sources. */
function loader(file: string): string[] {
  if (file.endsWith('.js')) return [];
  const jiti = createRequire(import.meta.url).resolve('jiti/package.json');
  return [path.join(path.dirname(jiti), 'lib', 'jiti-cli.mjs')];
}

/** What a program needs to run at all, and what says how Node itself behaves; nothing else: an installation's secrets are in the rest. */
const passed =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TMP|TEMP|TZ|LANG|LANGUAGE|LC_\w+|NODE_\w+|JITI_\w+|SSL_CERT_\w+)$/;
/** Node's own that are meant for one process: options such as `--inspect`, and the channel to a parent. */
const withheld = /^NODE_(OPTIONS|CHANNEL_\w+|UNIQUE_ID|V8_COVERAGE)$/;

/** The environment of a process that runs a module of the user's. What such a module is to know it gets by sources. */
export function childEnvironment(own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(own).filter(([name]) => passed.test(name) && !withheld.test(name)),
  );
}
