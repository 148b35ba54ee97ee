import { afterEach, expect, it } from 'vitest';
import { ConnectionsLost, Pool } from '../../../src/transfer/ftp/pool.ts';
import { openServer } from '../../../src/transfer/ftp/ftp-server.ts';
import { pullSettings } from '../../../src/transfer/pull/pull-settings.ts';
import { HostileServer, type Behaviour } from '../pull/hostile-server.ts';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
});

async function open(behaviour: Partial<Behaviour>, size: number): Promise<Pool> {
  const server = await HostileServer.start({ list: () => '', ...behaviour });
  undo.push(() => server.stop());
  const settings = pullSettings.parse({ ...server.settings, localPath: 'hot' });
  const pool = new Pool(await openServer(settings, '/'), {
    size,
    signal: new AbortController().signal,
    pauses: [1],
  });
  undo.push(() => pool.close());
  return pool;
}

const cwd = (pool: Pool, folder: string) => pool.run((connection) => connection.enter(folder));

/** Has each connection at work at once, so that all of them are there and idle afterwards. */
async function openAll(pool: Pool, size: number): Promise<void> {
  let busy = 0;
  let all: () => void = () => undefined;
  const together = new Promise<void>((resolve) => (all = resolve));
  const work = async () => {
    if ((busy += 1) === size) all();
    await together;
  };
  // The first connection is opened alone.
  await cwd(pool, '/');
  await Promise.all(Array.from({ length: size }, () => pool.run(work)));
}

it('counts one cut of a line as one loss, however many connections were idle', async () => {
  const size = 16;
  const before = new Set<number>();
  let cut = false;
  const pool = await open(
    {
      // As where a firewall has forgotten all connections: they look alive until something is sent.
      cut(_line, port) {
        if (!cut) before.add(port);
        return cut && before.has(port) ? 'before' : undefined;
      },
    },
    size,
  );
  await openAll(pool, size);
  expect(before.size).toBe(size);
  cut = true;
  expect(await cwd(pool, '/there')).toBe('/there');
});

it('gives up a job that loses one new connection after the other, while others go on', async () => {
  const pool = await open({ cut: (line) => (line === 'CWD /poison' ? 'before' : undefined) }, 2);
  const poison = cwd(pool, '/poison').catch((error: unknown) => error);
  for (let n = 0; n < 20; n += 1) expect(await cwd(pool, `/${n}`)).toBe(`/${n}`);
  const error = await poison;
  expect(error).toBeInstanceOf(ConnectionsLost);
  expect((error as Error).message).toMatch(/ broke off 8 times in a row: /);
  expect(await cwd(pool, '/after')).toBe('/after');
});

it('ends jobs that wait for their next try when it is closed', async () => {
  let tell: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => (tell = resolve));
  const server = await HostileServer.start({
    list: () => '',
    cut: (line) => (line.startsWith('CWD') ? 'before' : undefined),
  });
  undo.push(() => server.stop());
  const settings = pullSettings.parse({ ...server.settings, localPath: 'hot' });
  const pool = new Pool(await openServer(settings, '/'), {
    size: 1,
    signal: new AbortController().signal,
    pauses: [3_600_000],
    onTrouble: () => tell(),
  });
  const job = cwd(pool, '/never');
  await lost;
  pool.close();
  await expect(job).rejects.toThrow('the connections were closed');
});
