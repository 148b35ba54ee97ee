import type { Command } from 'commander';
import type { DemoCallsFlags } from './demo/calls.ts';
import type { DemoFtpFlags } from './demo/ftp.ts';
import { count } from './frame/count.ts';
import { portNumber } from './frame/port-number.ts';
import type { Session } from './frame/session.ts';

export function register(program: Command, session: Session): void {
  const demo = program.command('demo').description('things to try Regie with');

  demo
    .command('ftp')
    .description('run a small FTP server on this machine with a few pictures, user demo, password demo')
    .option('--port <n>', 'port of 127.0.0.1 (default: 2121)', portNumber)
    .option('--folder <folder>', 'what it serves; a new one is filled (default: data/demo-ftp)')
    .action(async (flags: DemoFtpFlags) => {
      const { runDemoFtp } = await import('./demo/ftp.ts');
      await runDemoFtp(session, flags);
    });

  demo
    .command('calls')
    .description("fill the schema dialler of Regie's database with generated calls, for the example exports")
    .option('--cards <n>', 'customers', count(10_000_000), 20_000)
    .option('--days <n>', 'days of calls', count(3_650), 70)
    .option('--until <date>', 'last day of calls (default: yesterday)')
    .option('--seed <n>', 'the same number gives the same calls', count(2 ** 31), 1)
    .action(async (flags: DemoCallsFlags) => {
      const { makeDemoCalls } = await import('./demo/calls.ts');
      await makeDemoCalls(session, flags);
    });
}
