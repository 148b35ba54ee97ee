import type { Command } from 'commander';
import { exit } from '../command/exit.ts';
import type { CliSession } from './frame/cli-session.ts';

export function register(program: Command, session: CliSession): void {
  program
    .command('doctor')
    .description('tell what is missing here, and how to mend it; exits 1 when something must be mended')
    .action(async () => {
      const [{ examine }, { describeFindings }] = await Promise.all([
        import('./checks/all.ts'),
        import('./checks/describe-findings.ts'),
      ]);
      const findings = await examine(session);
      session.out.answer(findings, () => describeFindings(findings, session.out.colors));
      if (findings.some(({ state }) => state === 'problem')) session.exitCode = exit.failed;
    });
}
