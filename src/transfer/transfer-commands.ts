import type { Command } from 'commander';
import { group } from '../command/command-group.ts';
import { portNumber } from '../command/port-number.ts';
import type { Session } from '../command/session.ts';
import type { DemoFtpFlags } from './commands/demo-ftp.ts';

export function register(program: Command, session: Session): void {
  group(program, 'demo', 'things to try Regie with')
    .command('ftp')
    .description('run a small FTP server on this machine with a few pictures, user demo, password demo')
    .option('--port <n>', 'port of 127.0.0.1 (default: 2121)', portNumber)
    .option('--folder <folder>', 'what it serves; a new one is filled (default: data/demo-ftp)')
    .action(async (flags: DemoFtpFlags) => {
      const { runDemoFtp } = await import('./commands/demo-ftp.ts');
      await runDemoFtp(session, flags);
    });
}
