import { once } from 'node:events';
import { copyRows } from './bare-copy.ts';
import { parseFiles } from './bare-parse.ts';
import type { Job, Measured } from './job.ts';
import { runTasks } from './tasks.ts';

/** Measures one job in a process of its own, so that memory is the job's own. Started by `measure`. */
async function main(): Promise<void> {
  // Whoever waits for the answer is gone.
  const abandon = () => process.exit(1);
  process.once('disconnect', abandon);
  // Not on the command line: the address holds a password.
  const [job] = (await once(process, 'message')) as [Job];
  let started = 0;
  let memoryBefore = 0;
  const onReady = () => {
    memoryBefore = process.memoryUsage.rss();
    started = performance.now();
  };
  const found = await run(job, onReady);
  const measured: Measured = {
    ms: performance.now() - started,
    memoryBefore,
    // getrusage counts kilobytes.
    memoryPeak: process.resourceUsage().maxRSS * 1024,
    ...found,
  };
  process.off('disconnect', abandon);
  process.send!(measured, () => process.disconnect());
}

async function run(job: Job, onReady: () => void): Promise<Partial<Measured>> {
  switch (job.what) {
    case 'parse':
      return parseFiles(job.folder, onReady);
    case 'copy':
      return copyRows(job, onReady);
    case 'load':
    case 'aggregate':
    case 'load and aggregate':
      return runTasks(job, onReady);
  }
}

await main();
