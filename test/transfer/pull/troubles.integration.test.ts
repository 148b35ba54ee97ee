import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { findFtpServer, type FtpServer } from '../support/ftp-servers.ts';
import { findProxy } from '../support/proxies.ts';
import { fact, HostileServer } from './hostile-server.ts';
import { openPuller, secretOf, type Puller } from './puller.ts';

const proftpd = await findFtpServer('proftpd');
const proxies = { http: await findProxy('http'), socks5: await findProxy('socks5') };

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
});

async function start(): Promise<FtpServer> {
  if ('missing' in proftpd) throw new Error(proftpd.missing);
  const server = await proftpd.start();
  undo.push(() => server.remove());
  return server;
}

async function startHostile(behaviour: Parameters<typeof HostileServer.start>[0]): Promise<HostileServer> {
  const server = await HostileServer.start(behaviour);
  undo.push(() => server.stop());
  return server;
}

async function open(server: FtpServer | undefined, settings: Record<string, unknown>): Promise<Puller> {
  const puller = await openPuller(server, settings);
  undo.push(() => puller.close());
  return puller;
}

/** The sentence with which a run waits. */
async function noteOf(puller: Puller): Promise<string> {
  const report = await puller.run();
  expect(report).toMatchObject({ outcome: 'waiting', changed: false });
  return report.note ?? '';
}

describe.skipIf('missing' in proftpd)('a run that cannot work with the server waits, and says why', () => {
  it('a wrong password: one try, whatever the connections', async () => {
    const server = await start();
    const puller = await open(server, { connections: 16, password: secretOf('wrong') });
    expect(await noteOf(puller)).toMatch(
      /^127\.0\.0\.1:\d+ refuses the user pat with the password of env:\w+: "530 Login incorrect\."\. Correct user or password\. Left alone until 20\d\d-.* UTC/,
    );
    const { rows } = await puller.pool.query('select attempts, state, reason from regie.incident');
    expect(rows).toMatchObject([{ attempts: 1, state: 'retrying' }]);
  });

  it('a folder that is not there', async () => {
    expect(await noteOf(await open(await start(), { remotePath: '/no where' }))).toMatch(
      /has no folder \/no where for this user: "550 .*"\. Create it there, or correct remotePath/,
    );
  });

  it('nobody listens', async () => {
    const port = await freePort();
    expect(await noteOf(await open(undefined, { host: '127.0.0.1', port }))).toMatch(
      new RegExp(`^127\\.0\\.0\\.1:${port} refuses connections: nothing listens there\\. Start the server`),
    );
  });

  it('a host that nobody knows', async () => {
    expect(await noteOf(await open(undefined, { host: 'no-such-host.invalid' }))).toMatch(
      /^no-such-host\.invalid:21 is unknown/,
    );
  });

  it('a file of authorities that is not there, or none', async () => {
    const server = await start();
    const puller = await open(server, { tls: 'explicit', ca: 'ca.pem' });
    expect(await noteOf(puller)).toMatch(/ca\.pem \(ca\) cannot be read: ENOENT/);
    writeFileSync(path.join(puller.root, 'ca.pem'), 'no certificate');
    expect(await noteOf(puller)).toMatch(/ca\.pem \(ca\) holds no certificate\. Expected PEM/);
  });

  it('a secret that is not set is an error for whoever starts the worker', async () => {
    const puller = await open(await start(), { password: 'env:REGIE_TEST_NOT_SET' });
    await expect(puller.run()).rejects.toMatchObject({ type: 'MissingSecret' });
  });
});

describe('behind a proxy that does not let it through', () => {
  for (const type of ['http', 'socks5'] as const) {
    const found = proxies[type];
    const startProxy = async (login: boolean) => {
      if ('missing' in found) throw new Error(found.missing);
      const proxy = await found.start({ login });
      undo.push(() => proxy.remove());
      return { type, host: proxy.host, port: proxy.port };
    };

    it.skipIf('missing' in found)(`${type}: a wrong login`, async () => {
      const proxy = { ...(await startProxy(true)), user: 'pat', password: secretOf('wrong') };
      expect(await noteOf(await open(undefined, { host: '127.0.0.1', proxy }))).toMatch(
        /^the (http|socks5) proxy 127\.0\.0\.1:\d+ refuses the user pat: ".*"\. Correct proxy\.user and proxy\.password/,
      );
    });

    it.skipIf('missing' in found)(`${type}: no login`, async () => {
      expect(
        await noteOf(await open(undefined, { host: '127.0.0.1', proxy: await startProxy(true) })),
      ).toMatch(/^the (http|socks5) proxy 127\.0\.0\.1:\d+ wants a login/);
    });

    it.skipIf('missing' in found)(`${type}: nobody listens behind it`, async () => {
      const settings = { host: '127.0.0.1', port: await freePort(), proxy: await startProxy(false) };
      expect(await noteOf(await open(undefined, settings))).toMatch(
        /^the (http|socks5) proxy 127\.0\.0\.1:\d+ cannot reach 127\.0\.0\.1:\d+: ".*"\. Look at the server/,
      );
    });

    it(`${type}: nobody is there`, async () => {
      const proxy = { type, host: '127.0.0.1', port: await freePort() };
      expect(await noteOf(await open(undefined, { host: '127.0.0.1', proxy }))).toMatch(
        /^the (http|socks5) proxy 127\.0\.0\.1:\d+ refuses connections/,
      );
    });
  }
});

describe('a server that could not be worked with', () => {
  it('is left alone for longer and longer, until somebody asks or the settings change', async () => {
    const server = await startHostile({
      list: () => '',
      answer: (line) => (line.startsWith('PASS') ? '530 no' : undefined),
    });
    const puller = await open(undefined, server.settings);
    expect(await puller.poll()).toEqual({ work: true });
    const minutes = [];
    let note = '';
    for (let n = 0; n < 7; n += 1) {
      note = await noteOf(puller);
      const [{ left }] = (await puller.query<{ left: number }>(
        'select round(extract(epoch from not_before - now()) / 60)::int as left from regie.incident',
      )) as [{ left: number }];
      minutes.push(left);
    }
    expect(minutes).toEqual([30, 120, 120, 120, 120, 120, 120]);
    expect(server.commands.filter((line) => line === 'PASS')).toHaveLength(7);
    expect(await puller.poll()).toEqual({ work: false, blockedBy: note });
    // `regie run` leaves a request in the task's row.
    await puller.query("insert into regie.task (name, kind, pending) values ('ftp-pull', 'ftpPull', '{}')");
    expect(await puller.poll()).toEqual({ work: true });
    await puller.query("delete from regie.task where name = 'ftp-pull'");
    expect(await puller.poll()).toMatchObject({ work: false });
    expect(await puller.with({ timeout: '29s' }).poll()).toEqual({ work: true });
    await puller.query("update regie.incident set not_before = now() - interval '1 second'");
    expect(await puller.poll()).toEqual({ work: true });
  });

  it('is as good as new when it works again', async () => {
    let refuses = true;
    const server = await startHostile({
      list: () => fact('a'),
      answer: (line) => (refuses && line.startsWith('PASS') ? '530 no' : undefined),
    });
    const puller = await open(undefined, server.settings);
    await noteOf(puller);
    refuses = false;
    expect(await puller.run()).toMatchObject({ outcome: 'done', counts: { fetched: 1 } });
    expect(await puller.query('select what, state, not_before from regie.incident')).toEqual([
      { what: 'server', state: 'resolved', not_before: null },
    ]);
    expect(await puller.poll()).toEqual({ work: true });
  });

  it('may refuse further connections: what it gave are used', async () => {
    let logins = 0;
    const server = await startHostile({
      list: () => Array.from({ length: 50 }, (_, n) => fact(`${n}`)).join(''),
      answer: (line) =>
        line.startsWith('PASS') && (logins += 1) > 2 ? '530 too many connections of this user' : undefined,
    });
    const puller = await open(undefined, { ...server.settings, connections: 8 });
    expect(await puller.run()).toMatchObject({ outcome: 'done', counts: { fetched: 50 } });
    // One of each connection that was tried, and no second one.
    expect(logins).toBeLessThanOrEqual(8);
  });

  it('is told to go on after an answer that passes', async () => {
    let busy = 2;
    const server = await startHostile({
      list: () => fact('a') + fact('b'),
      answer: (line) => (line.startsWith('RETR') && (busy -= 1) >= 0 ? '421 come back later' : undefined),
    });
    const puller = await open(undefined, server.settings);
    expect(await puller.run()).toMatchObject({ outcome: 'done', counts: { fetched: 2, failed: 0 } });
    expect(puller.traced.join('\n')).toMatch(/"421 come back later"; tries again/);
  });
});

describe('secrets', () => {
  it('are in no trace line, note, or row, even of a server that repeats them', async () => {
    const secret = `s3cret-${randomBytes(6).toString('hex')}`;
    const server = await startHostile({
      list: () => fact('a') + fact('b'),
      answer(line) {
        if (line.startsWith('PASS')) return refuses ? `530 ${line} is wrong` : undefined;
        return /^(RETR|DELE)/.test(line) ? `550 ${secret} may not` : undefined;
      },
    });
    let refuses = true;
    const puller = await open(undefined, { ...server.settings, password: secretOf(secret) });
    const reports = [await puller.run()];
    refuses = false;
    reports.push(await puller.run());
    expect(reports[1]!.counts['failed']).toBe(2);
    const rows = await puller.query(
      `select row_to_json(s) from transfer.source s union all select row_to_json(f) from transfer.remote_file f
       union all select row_to_json(d) from regie.incident d`,
    );
    expect(rows.length).toBeGreaterThan(4);
    const told = JSON.stringify([reports, rows, puller.traced, puller.progress]);
    expect(told).toContain('may not');
    // The reference names a variable that a test made of it.
    expect(told.replaceAll(String(puller.settings.password), '')).not.toContain(secret);
  });
});
