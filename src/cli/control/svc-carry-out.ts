import type { Task } from '../../task/config.ts';
import type { CommandName } from '../../task/messages.ts';
import { CliError, exit, type ExitCode } from '../../command/exit.ts';
import type { CliSession } from '../frame/cli-session.ts';
import type { Done } from '../../command/session.ts';
import { sendCommand } from './send-command.ts';
import { describe } from './describe-status.ts';
import { showList } from './show-list.ts';
import { openLog } from './show-log.ts';
import type { SvcPlan } from './svc-plan.ts';
import { view, type View } from './view.ts';

/** What came of one command: done, or refused in this state. */
type Outcome = (Done & { ok: true }) | Refusal;

interface Refusal {
  ok: false;
  action: CommandName;
  message: string;
  code: ExitCode;
}

/**
 * Carries out a plan of `regie svc`. A refused command does not keep the others from being tried (`--start
 * --status` on a started task still shows the status); its exit code becomes the command's.
 */
export async function carryOut(
  session: CliSession,
  alias: string | undefined,
  plan: SvcPlan,
): Promise<ExitCode> {
  const { out } = session;
  const task = alias === undefined ? undefined : await session.task(alias);
  if (plan.list || !task) {
    await showList(session, task && [task]);
    return exit.done;
  }
  // Where the server is another installation's nothing is tried, let alone shown.
  if (plan.commands.length > 0) await session.client();
  // Opened first: the first steps of the run that is asked for shall be seen.
  const follow = plan.follow ? await openLog(session, task) : undefined;
  const outcomes: Outcome[] = [];
  for (const command of plan.commands) {
    const outcome = await attempt(session, task, command, plan);
    outcomes.push(outcome);
    if (out.json) continue;
    if (outcome.ok) out.line(outcome.message);
    else out.remark(outcome.message);
  }
  const status = plan.status ? await view(session, task) : undefined;
  if (status && !out.json) out.line(describe(status, out.colors));
  const refusal = outcomes.find((outcome): outcome is Refusal => !outcome.ok);
  if (out.json && !(follow && outcomes.length === 0 && !status))
    out.event(answer(task, outcomes, status, refusal), () => '');
  await follow?.();
  return refusal?.code ?? exit.done;
}

async function attempt(
  session: CliSession,
  task: Task,
  command: CommandName,
  plan: SvcPlan,
): Promise<Outcome> {
  const reason =
    plan.reason !== undefined && (command === 'start' || command === 'stop') ? { reason: plan.reason } : {};
  try {
    const done = await sendCommand(session, task, command, {
      ...reason,
      ...(command === 'run' && plan.tmp ? { tmp: true } : {}),
    });
    return { ...done, ok: true };
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== exit.refused) throw error;
    return { ok: false, action: command, message: error.message, code: error.code };
  }
}

function answer(
  task: Task,
  outcomes: readonly Outcome[],
  status: View | undefined,
  refusal: Refusal | undefined,
) {
  return {
    ...(refusal ? { error: refusal.message, code: refusal.code } : {}),
    task: task.name,
    outcomes,
    ...(status ? { status } : {}),
  };
}
