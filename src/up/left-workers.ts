import {
  endProcess,
  findByArgument,
  identify,
  optionOf,
  parentOf,
  type ProcessId,
} from '../processes/processes.ts';
import { messageOf } from '../task/errors.ts';
import { KEPT_BY } from '../worker/worker-messages.ts';

/** By then, ms, it has ended by itself, or never will. */
const ENDS_WITHIN = 45_000;

/**
 * Workers of a `regie up` with the configuration `file` that has been killed: their command line names it, and it is not their parent any more. They
 * drain, and end by themselves; but who works on something that has no end does not.
 */
function leftWorkers(file: string): ProcessId[] {
  return findByArgument(file).flatMap((pid) => {
    const keeper = optionOf(pid, KEPT_BY);
    const parent = parentOf(pid);
    return keeper === undefined || parent === undefined || parent === Number(keeper)
      ? []
      : (identify(pid) ?? []);
  });
}

/** Waits until they have ended, and ends those that do not; all of them within a second or two once `hurry` is aborted. */
export async function endLeftWorkers(
  file: string,
  hurry: AbortSignal,
  warn: (line: string) => void,
): Promise<void> {
  const ended = leftWorkers(file).map(async (id) => {
    try {
      await endProcess(id, ENDS_WITHIN, hurry);
    } catch (error) {
      warn(`a worker that a killed \`regie up\` left (pid ${id.pid}) cannot be ended: ${messageOf(error)}`);
    }
  });
  await Promise.all(ended);
}
