import { readOptions, usage, type SoakOptions } from './options.ts';
import { describeResult } from './report.ts';
import { soak } from './soak.ts';

/** `npm run soak`: prints what happens on standard error, and the report. Gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let options: SoakOptions | 'help';
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const stop = new AbortController();
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  // However often it is pressed: what was started is ended in order.
  const interrupt = () => {
    if (stop.signal.aborted) return;
    say('interrupted; cleaning up');
    stop.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt);
  try {
    const result = await soak(options, say, stop.signal);
    process.stdout.write(describeResult(options, result));
    return result.faults.length === 0 ? 0 : 1;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    throw error;
  }
}
