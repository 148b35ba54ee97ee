import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * Starts a thread with the program `name` (without its extension) that lies beside the file of `from`, an `import.meta.url`. It ends with the
 * process, and does not keep it.
 */
export function startThread(from: string, name: string, workerData: unknown): Worker {
  const file = fileURLToPath(new URL(`./${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from));
  // The heap of the main thread may be limited, not that of this one.
  const options = { workerData, execArgv: [] };
  const thread = file.endsWith('.js') ? new Worker(file, options) : fromSources(file, options);
  thread.unref();
  return thread;
}

/** Node 20 cannot read TypeScript, in a thread not even with a loader. */
function fromSources(file: string, options: object): Worker {
  const jiti = createRequire(import.meta.url).resolve('jiti');
  const start = `require(${JSON.stringify(jiti)})(${JSON.stringify(file)}).import(${JSON.stringify(file)})`;
  return new Worker(start, { ...options, eval: true });
}
