/**
 * Entry of a worker in a process of its own: `node dist/worker.js [--config <file>] [--json]` runs one, as `regie worker` does, until a signal. `regie up`
 * starts it too, with `--kept-by`, and then tells it what to do.
 */
import module from 'node:module';
import { parseArgs } from 'node:util';

// Node 22 and later keep what they compiled.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

const usage = 'node worker.js [--config <file>] [--json]: run one worker, as `regie worker` does';

interface Options {
  config?: string;
  json?: boolean;
  'kept-by'?: string;
  /** What is wrong with the command line. */
  fault?: string;
}

function read(): Options {
  try {
    const { values } = parseArgs({
      options: { config: { type: 'string' }, json: { type: 'boolean' }, 'kept-by': { type: 'string' } },
    });
    return values;
  } catch (error) {
    return { fault: `${(error as Error).message}\n${usage}`, json: process.argv.includes('--json') };
  }
}

async function load({ config, fault }: Options) {
  const [{ UsageError }, { loadNamed }] = await Promise.all([
    import('./command/exit.ts'),
    import('./config/load-named.ts'),
  ]);
  if (fault !== undefined) throw new UsageError(fault);
  return loadNamed(config);
}

/** Gives the exit code. */
async function runAlone(options: Options): Promise<number> {
  const [{ Closers }, { Output, processIo }, { explain, tell }, { runByItself }] = await Promise.all([
    import('./command/closers.ts'),
    import('./command/output.ts'),
    import('./reach/explain-error.ts'),
    import('./worker/by-itself.ts'),
  ]);
  const { json = false } = options;
  const closers = new Closers();
  const session = {
    exitCode: 0,
    out: new Output(processIo, json),
    onClose: (close: () => Promise<void>) => closers.add(close),
  };
  try {
    await runByItself(await load(options), session);
    return session.exitCode;
  } catch (error) {
    return tell(processIo, json, explain(error));
  } finally {
    await closers.close();
  }
}

const options = read();
const { 'kept-by': keeper } = options;
if (keeper === undefined) {
  // Nobody reads any more: it drains, see `ending`.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const code = await runAlone(options);
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
} else {
  const { runKept } = await import('./worker/kept.ts');
  await runKept(Number(keeper), () => load(options));
}
