import { once } from 'node:events';
import { firstWord, forkWith } from './helper.ts';
import type { PullJob, Pulled } from './pull-job.ts';
import type { Fetch } from './rivals.ts';

/** ftp-pull itself; its rows go into a database at `url`, each time as another task's. */
export function pullInto(url: string): Fetch {
  return async ({ server, host, tls, set, connections }, target, signal) => {
    const job: PullJob = {
      url,
      root: target,
      password: server.password,
      settings: {
        host,
        port: server.port,
        user: server.user,
        tls,
        ...(server.authority === undefined ? {} : { ca: server.authority }),
        remotePath: set.name,
        localPath: target,
        connections,
      },
    };
    const child = forkWith('pull-child.ts', job);
    const gone = once(child, 'exit');
    const { ms } = await firstWord<Pulled>(child, 'ftp-pull', signal);
    await gone;
    return ms;
  };
}
