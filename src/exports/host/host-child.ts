/**
 * Main of the process that runs one module of the user's (src/child.ts starts it): describes its export, or makes one file of it. Whatever the module does, the parent
 * gets an answer or this process ends.
 */
import { writeSync } from 'node:fs';
import module from 'node:module';
import { checkDefinition, type CheckedExport } from '../api/check-definition.ts';
import { DefinitionFault } from '../api/shown-values.ts';
import { takeChannel } from './host-channel.ts';
import { explain, Unawaited, lineOf } from './explain-thrown.ts';
import { loadModule } from './load-module.ts';
import {
  LAST_WORD_FD,
  type Failure,
  type SourceLocation,
  type Stage,
  type LastWord,
} from './host-messages.ts';
import { startThread } from '../../processes/thread.ts';
import { locationIn } from './source-location.ts';
import type { Deadline, Watch } from './watchdog.ts';

// Node 22 and later keep what they compiled.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
// A line of the user's may lie below many of ours and of a driver's.
Error.stackTraceLimit = 50;
/** Of a message; some drivers put a whole query into theirs. */
const LONGEST_MESSAGE = 2_000;

/** @param regie the public API, which the module imports by that name. */
export async function main(regie: object): Promise<void> {
  const parent = takeChannel();
  const [, , , owner, memory] = process.argv;
  const watchdog = await startWatchdog({ parent: Number(owner), memory: Number(memory) });
  parent.send({ type: 'ready' });
  const request = await parent.begun;
  let stage: Stage = 'load';

  reportExit();
  const crashed = new Promise<never>((_, reject) => {
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', (error) => reject(new Unawaited(error)));
  });

  const load = async (): Promise<CheckedExport> => {
    watchdog.allow({ within: request.loadWithin, loading: true });
    return checkDefinition(await loadModule(request.module, regie), request.name);
  };
  try {
    const loaded = await Promise.race([load(), crashed]);
    const { make } = request;
    const described = { type: 'loaded', description: loaded.description } as const;
    if (make) {
      parent.send(described);
      watchdog.allow({ within: make.within, loading: false });
      const { makeFile } = await import('./make-in-child.ts');
      const hear = { enter: (next: Stage) => (stage = next), crashed, regie };
      parent.finish({
        type: 'produced',
        produced: await makeFile(loaded, { ...request, make }, parent, hear),
      });
    } else {
      parent.finish(described);
    }
  } catch (error) {
    parent.finish({ type: 'failed', failure: failureOf(error, request.module, stage) });
  }
}

function failureOf(error: unknown, file: string, stage: Stage): Failure {
  const { message, location } = explain(error);
  const line = message.replaceAll(/\s*\n\s*/g, ' ').slice(0, LONGEST_MESSAGE);
  return { stage, message: line, location: location ?? locationOfStage(error, file, stage) };
}

/** Where it was told to do what failed, when nothing of the user's is on the stack. */
function locationOfStage(error: unknown, file: string, stage: Stage): SourceLocation {
  const methods = stage === 'rows' ? ['rows', 'sheets'] : [stage];
  const names = error instanceof DefinitionFault ? [error.property, ...methods] : methods;
  const line = names.map((name) => lineOf(file, name)).find((found) => found !== undefined);
  return { file, ...(line === undefined ? {} : { line }) };
}

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
    const location = locationIn(new Error().stack ?? '');
    const word: LastWord = {
      why: 'exit',
      code: Number(code ?? process.exitCode ?? 0),
      ...(location ? { location } : {}),
    };
    writeSync(LAST_WORD_FD, `${JSON.stringify(word)}\n`);
    return exit(code);
  };
}
