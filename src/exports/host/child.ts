/**
 * Main of the process that runs one module of the user's: describes its export, or makes one file of it. Whatever the module does, the parent
 * gets an answer or this process ends.
 */
import module from 'node:module';
import { checkDefinition } from '../api/check-definition.ts';
import { DefinitionFault } from '../api/faults.ts';
import { takeChannel } from './channel.ts';
import { reportExit, startWatchdog } from './guard.ts';
import { loadModule } from './load-module.ts';
import type { Failure, Stage } from './messages.ts';
import { explain } from './place.ts';
import { lineOf } from './source-line.ts';

// Node 22 and later keep what they compiled.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
// A line of the user's may lie below many of ours and of a driver's.
Error.stackTraceLimit = 50;

const parent = takeChannel();
const watchdog = await startWatchdog({ parent: Number(process.argv[2]), memory: Number(process.argv[3]) });
parent.send({ type: 'ready' });
const request = await parent.begun;
let stage: Stage = 'load';

process.on('uncaughtException', (error) => fail(error));
process.on('unhandledRejection', (error) => fail(error, 'a promise was rejected, and nothing awaited it: '));
reportExit();

const begun = performance.now();
watchdog.allow({ within: request.loadWithin, loading: true });
try {
  const loaded = checkDefinition(await loadModule(request.module), request.name);
  const { make } = request;
  const described = { type: 'loaded', description: loaded.description } as const;
  if (make) {
    parent.send(described);
    watchdog.allow({ within: make.within - (performance.now() - begun), loading: false });
    const { makeFile } = await import('./make.ts');
    const produced = await makeFile(loaded, { ...request, make }, parent, (next) => (stage = next));
    parent.finish({ type: 'produced', produced });
  } else {
    parent.finish(described);
  }
} catch (error) {
  fail(error);
}

function fail(error: unknown, prefix = ''): void {
  const { message, place } = explain(error);
  const failure: Failure = {
    stage,
    message: `${prefix}${message}`.slice(0, 2_000),
    place: place ?? { file: request.module },
  };
  if (error instanceof DefinitionFault) {
    const line = lineOf(request.module, error.property);
    failure.place = { file: request.module, ...(line === undefined ? {} : { line }) };
  }
  parent.finish({ type: 'failed', failure });
}
