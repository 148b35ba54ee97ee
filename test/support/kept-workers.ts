import { findByArgument, optionOf } from '../../src/processes/processes.ts';
import { KEPT_BY } from '../../src/worker/worker-messages.ts';

/** Pids of the workers that some `regie up` with the configuration `file` keeps, or kept when it was killed. */
export function keptWorkers(file: string): number[] {
  return findByArgument(file).filter((pid) => optionOf(pid, KEPT_BY) !== undefined);
}

/** Kills them with -9: a kept worker outlives its killed `regie up` for the time that its runs take to end. */
export function killKeptWorkers(file: string): void {
  for (const pid of keptWorkers(file)) process.kill(pid, 'SIGKILL');
}
