import type { Session } from '../../command/session.ts';
import { findExport } from './exports.ts';

type Decision = 'release' | 'discard' | 'redeliver' | 'confirm';

const words: Record<Decision, string> = {
  release: 'is released; it is delivered now',
  discard: 'is discarded',
  redeliver: 'is sent again',
  confirm: 'is confirmed',
};

interface Flags {
  period?: string;
  reason?: string;
  force?: true;
}

/** An operator's decision about a file: by an update of the task's control workflow, so that the task's log tells it too. */
export async function decide(session: Session, name: Decision, of: string, flags: Flags): Promise<void> {
  const task = await findExport(session, of);
  const what = flags.period ?? 'it';
  const done = await session.sendCommand(
    task,
    { name, done: `${task.name}: ${what} ${words[name]}.` },
    { ...flags },
  );
  session.out.answer(done, () => done.message);
}
