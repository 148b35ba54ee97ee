import { once } from 'node:events';
import { copyRows } from './bare-copy.ts';
import { parseFiles } from './bare-parse.ts';
import type { Job, Measured, StartClock, Timed } from './job.ts';
import { startCpu } from './cpu.ts';
import { loadSingles } from './growth/singles.ts';
import { runTasks } from './tasks.ts';

/** Measures one job in a process of its own, so that memory is the job's own. Started by `measure`. */
async function main(): Promise<void> {
  // Whoever waits for the answer is gone.
  const abandon = () => process.exit(1);
  process.once('disconnect', abandon);
  // Not on the command line: the address holds a password.
  const [job] = (await once(process, 'message')) as [Job];
  let memoryBefore = 0;
  const found = await run(job, async (connections) => {
    memoryBefore = process.memoryUsage.rss();
    const cpu = await startCpu(connections);
    const started = performance.now();
    return () => ({ ms: performance.now() - started, cpu: cpu() });
  });
  const measured: Measured = {
    ...found,
    memoryBefore,
    // getrusage counts kilobytes.
    memoryPeak: process.resourceUsage().maxRSS * 1024,
  };
  process.off('disconnect', abandon);
  process.send!(measured, () => process.disconnect());
}

async function run(job: Job, startClock: StartClock): Promise<Timed & Pick<Measured, 'counts' | 'singles'>> {
  switch (job.what) {
    case 'parse':
      return parseFiles(job.folder, startClock);
    case 'copy':
      return copyRows(job, startClock);
    case 'load':
    case 'aggregate':
    case 'load and aggregate':
      return runTasks(job, startClock);
    case 'singles':
      return loadSingles(job, startClock);
  }
}

await main();
