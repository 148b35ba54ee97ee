import { InvalidArgumentError, type Command } from 'commander';
import type { CliSession } from './frame/cli-session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('log')
    .description("show a task's last runs and, while it is traced, their steps")
    .argument('<task>', 'name or alias, in any case')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('-n, --lines <n>', 'how many of the last lines', lineCount, 50)
    .action(async (name: string, { follow, lines }: { follow?: true; lines: number }) => {
      const { showLog } = await import('./control/show-log.ts');
      await showLog(session, await session.task(name), { follow: follow === true, lines });
    });
}

function lineCount(text: string): number {
  const lines = Number(text);
  if (!Number.isInteger(lines) || lines < 0 || lines > 100_000) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 100000.');
  }
  return lines;
}
