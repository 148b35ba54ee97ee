import type { Task } from '../../task/config.ts';
import { scheduleId } from '../../task/names.ts';
import { within } from '../../reach/deadline.ts';
import { exit } from '../../command/exit.ts';
import { explain } from '../../reach/explain-error.ts';
import type { CliSession } from '../frame/cli-session.ts';
import { table } from '../../command/table.ts';
import { span } from '../../command/times.ts';

/** Is a task started? `absent`: it has no schedule yet; `unknown`: no server answers. */
type State = 'started' | 'stopped' | 'absent' | 'unknown';

/** Prints the tasks of the configuration (or those given); with no server too, their states apart. */
export async function showList(session: CliSession, tasks?: readonly Task[]): Promise<void> {
  const { out } = session;
  const all = tasks ?? (await session.config()).tasks;
  const states = await readStates(session);
  const rows = all.map((task) => ({
    task: task.name,
    kind: task.kind.name,
    every: task.kind.calendar ? null : task.every,
    ...(task.after === undefined ? {} : { after: task.after }),
    state: states ? (states.get(scheduleId(task.name)) ?? 'absent') : 'unknown',
    summary: task.kind.summary,
    aliases: task.aliases,
  }));
  out.answer(rows, () =>
    table(
      ['TASK', 'KIND', 'EVERY', 'AFTER', 'STATE', 'WHAT IT DOES', 'ALIASES'],
      rows.map((row) => [
        row.task,
        row.kind,
        row.every === null ? 'calendar' : span(row.every),
        row.after ?? '-',
        colored(row.state, session),
        row.summary,
        row.aliases.join(' '),
      ]),
    ),
  );
}

/** Paused or not, by schedule id; undefined (and a remark) when no server answers. */
async function readStates(session: CliSession): Promise<Map<string, State> | undefined> {
  try {
    const client = await session.clientToRead();
    return await within(client, async () => {
      const states = new Map<string, State>();
      for await (const { scheduleId, state } of client.schedule.list()) {
        states.set(scheduleId, state.paused ? 'stopped' : 'started');
      }
      return states;
    });
  } catch (error) {
    const { code, message } = explain(error);
    if (code !== exit.noServer) throw error;
    session.out.remark(message);
    return undefined;
  }
}

function colored(state: State, { out: { colors } }: CliSession): string {
  if (state === 'started') return colors.green(state);
  return state === 'stopped' ? colors.yellow(state) : colors.dim(state);
}
