import type { Task } from '../../task/config.ts';
import type { RunOptions } from '../../task/status.ts';
import type { CliSession } from '../frame/cli-session.ts';
import { sendCommand } from './send-command.ts';
import { followRun, newRuns } from './follow-run.ts';

/** Asks for a run, and tells that it was taken; with `wait` follows it, and ends with its exit code. */
export async function askRun(
  session: CliSession,
  task: Task,
  options: RunOptions,
  wait: boolean,
): Promise<void> {
  // Refused at once where it is another installation's.
  await session.client();
  const seen = wait ? await newRuns(session, task) : undefined;
  const done = await sendCommand(session, task, 'run', options);
  // A signal left for a worker to come starts no run that could be followed now.
  if (!seen || done.by === 'signal') {
    session.out.answer(done, () => done.message);
    return;
  }
  if (session.out.json === false) session.out.remark(done.message);
  session.exitCode = await followRun(session, task, seen);
}
