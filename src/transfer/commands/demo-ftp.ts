import { once } from 'node:events';
import path from 'node:path';
import { fillDemoFolder } from '../demo/files/fill-demo-folder.ts';
import { demoLogin, demoPort, startDemoFtp } from '../demo/ftp/start-demo-ftp.ts';
import type { Session } from '../../command/session.ts';

export interface DemoFtpFlags {
  port?: number;
  folder?: string;
}

/** Serves until Ctrl-C. */
export async function runDemoFtp(session: Session, flags: DemoFtpFlags): Promise<void> {
  const { out } = session;
  const until = session.interruption();
  const folder = path.resolve(flags.folder ?? path.join('data', 'demo-ftp'));
  const filled = await fillDemoFolder(folder);
  const server = await startDemoFtp({ port: flags.port ?? demoPort, folder });
  const { user, password } = demoLogin;
  out.event({ ready: true, host: '127.0.0.1', port: server.port, user, password, folder, filled }, () =>
    [
      `ftp://${user}:${password}@127.0.0.1:${server.port} serves ${path.relative('', folder) || '.'}` +
        (filled ? `, new, with ${filled.length} files.` : ', as it is.'),
      'Whoever pulls from it deletes there what was fetched: put further files in. Ctrl-C ends it.',
    ].join('\n'),
  );
  if (!until.aborted) await once(until, 'abort');
  await server.close();
}
