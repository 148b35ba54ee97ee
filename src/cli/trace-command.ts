import type { Command } from 'commander';
import type { CliSession } from './frame/cli-session.ts';

const verbs = {
  trace: 'log each step of a task, until notrace; survives restarts',
  notrace: 'stop tracing a task',
} as const;

export function register(program: Command, session: CliSession): void {
  for (const verb of ['trace', 'notrace'] as const) {
    program
      .command(verb)
      .description(verbs[verb])
      .argument('<task>', 'name or alias, in any case')
      .action(async (name: string) => {
        const { sendCommand } = await import('./control/send-command.ts');
        const done = await sendCommand(session, await session.task(name), verb);
        session.out.answer(done, () => done.message);
      });
  }
}
