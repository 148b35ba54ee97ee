import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startInstallation, type TestInstallation } from '../../support/installation.ts';
import { newProbe, probeKind } from '../../support/probe.ts';
import { findFtpServer, type FtpServer } from '../support/ftp-servers.ts';
import { below } from './below.ts';

const found = await findFtpServer('proftpd');
const SECRET = 'REGIE_TEST_FTP_ENGINE';

describe.skipIf('missing' in found)('a pull under the engine', () => {
  const follower = newProbe();
  let server: FtpServer;
  let at: TestInstallation;
  const hot = () => path.join(at.root, 'hot');

  beforeAll(async () => {
    if ('missing' in found) return;
    server = await found.start();
    process.env[SECRET] = server.password;
    const { host, port, user } = server;
    at = await startInstallation({
      installation: 'pull-test',
      kinds: [probeKind('follow', follower)],
      tasks: [
        {
          name: 'ftp-pull',
          kind: 'ftpPull',
          every: '1h',
          settings: { host, port, user, password: `env:${SECRET}`, localPath: 'hot', stableFor: '100ms' },
        },
        { name: 'next', kind: 'follow', after: 'ftp-pull', every: '1h' },
      ],
    });
    await at.startWorker();
    await eventually(async () => expect((await at.status('ftp-pull')).state).toBe('started'));
  });
  afterAll(async () => {
    await at?.close();
    await server?.remove();
  });

  /** All that Temporal has stored of all workflows. */
  async function histories(): Promise<string> {
    const texts: string[] = [];
    for await (const { workflowId, runId } of at.client.workflow.list()) {
      const history = await at.client.workflow.getHandle(workflowId, runId).fetchHistory();
      texts.push(
        JSON.stringify(history, (_, value: unknown) =>
          value instanceof Uint8Array ? Buffer.from(value).toString() : value,
        ),
      );
      // Payloads come out of JSON in base64.
      texts.push(
        ...[...texts.at(-1)!.matchAll(/"data":"([\w+/=]+)"/g)].map(([, data]) =>
          Buffer.from(data!, 'base64').toString(),
        ),
      );
    }
    return texts.join('\n');
  }

  it('brings files, starts the task after it, and says what to look at; no secret is stored', async () => {
    for (let n = 0; n < 50; n += 1) server.write(`${n}.txt`, `${n}`);
    server.write('back\\slash.txt', 'refused');
    follower.work = 1;
    await at.update('ftp-pull', 'run');
    await eventually(async () => {
      const { lastRun, attention } = await at.status('ftp-pull');
      expect(lastRun).toMatchObject({
        outcome: 'done',
        counts: { listed: 50, fetched: 50, deleted: 50, refused: 1 },
        note: expect.stringContaining('a backslash in the name') as string,
      });
      expect(attention).toMatchObject({
        count: 1,
        latest: [{ text: expect.stringContaining('backslash') as string }],
      });
    });
    expect(below(hot()).filter((name) => name.endsWith('.txt'))).toHaveLength(50);
    await eventually(() => expect(follower.runs).toHaveLength(1));
    const stored = await histories();
    expect(stored).toContain('ftpPull');
    expect(stored).toContain('fetched');
    expect(stored).not.toContain(server.password);
  });

  it('waits when it may not log in, is left alone then, and goes on when it is asked', async () => {
    process.env[SECRET] = 'wrong';
    await at.update('ftp-pull', 'run');
    await eventually(async () =>
      expect((await at.status('ftp-pull')).lastRun).toMatchObject({
        outcome: 'waiting',
        note: expect.stringContaining(
          `refuses the user ${server.user} with the password of env:${SECRET}`,
        ) as string,
      }),
    );
    expect((await at.status('ftp-pull')).failures).toBe(0);
    process.env[SECRET] = server.password;
    rmSync(path.join(server.folder, 'back\\slash.txt'));
    server.write('later.txt', 'later');
    await at.update('ftp-pull', 'run');
    await eventually(async () => {
      const { lastRun, attention } = await at.status('ftp-pull');
      expect(lastRun).toMatchObject({ outcome: 'done', counts: { fetched: 1, refused: 0 } });
      // What was refused is not there any more.
      expect(attention?.count).toBe(0);
    });
    const stored = await histories();
    expect(stored).toContain('with the password of');
    expect(stored).not.toContain(server.password);
  });
});
