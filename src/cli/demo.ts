import type { Command } from 'commander';
import type { DemoFtpFlags } from './demo/ftp.ts';
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
}
