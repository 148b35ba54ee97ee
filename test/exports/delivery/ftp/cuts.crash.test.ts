import { expect, it } from 'vitest';
import { findFtpServer, type FtpServer } from '../../../transfer/support/ftp-servers.ts';
import { CUTTER_HOST, startCutter } from '../support/cutting-relay.ts';
import { makeOutgoingFile } from '../support/outgoing-file.ts';
import { openDestination } from '../support/open.ts';
import { filesIn, sendOnce, sweep } from '../support/remote.ts';

const proftpd = await findFtpServer('proftpd');

function portsOf({ port, passive: [first, last] }: FtpServer): number[] {
  return [port, ...Array.from({ length: last - first + 1 }, (_, n) => first + n)];
}

/** The folder of the server, by way of the host. */
function channelTo({ port, user }: FtpServer, host: string) {
  const settings = { type: 'ftp', host, port, user, password: 'env:REGIE_TEST_CUTS', timeout: '2s' };
  return openDestination(settings);
}

for (const product of ['proftpd', 'vsftpd'] as const) {
  const found = await findFtpServer(product);
  const missing = 'missing' in found ? found.missing : undefined;
  it.skipIf(missing !== undefined).each([
    ['up', 149],
    ['down', 41],
  ] as const)(
    `${product}${missing === undefined ? '' : ` (${missing})`}: a line that breaks on the way %s`,
    async (way, step) => {
      if ('missing' in found) throw new Error(found.missing);
      const server = await found.start({ masquerade: CUTTER_HOST, passivePorts: 100 });
      process.env['REGIE_TEST_CUTS'] = server.password;
      const cutter = await startCutter(portsOf(server));
      try {
        const { wrong, seen } = await sweep(
          {
            direct: channelTo(server, '127.0.0.1'),
            cut: channelTo(server, CUTTER_HOST),
            cutter,
            served: server,
          },
          way,
          step,
        );
        expect(wrong).toEqual([]);
        expect(seen.failed).toBeGreaterThan(5);
        expect(seen.delivered).toBeGreaterThan(0);
      } finally {
        await cutter.close();
        await server.remove();
      }
    },
    120_000,
  );
}

for (const [command, state] of [
  ['STOR', 'failed'],
  ['RNTO', 'delivered'],
] as const)
  it.skipIf('missing' in proftpd)(
    `a line that is dead from ${command} on: ${state}, for certain`,
    async () => {
      if ('missing' in proftpd) throw new Error(proftpd.missing);
      const server = await proftpd.start({ masquerade: CUTTER_HOST, passivePorts: 20 });
      process.env['REGIE_TEST_CUTS'] = server.password;
      const cutter = await startCutter(portsOf(server));
      try {
        const outgoing = makeOutgoingFile();
        cutter.hushOn(new RegExp(`^${command} `, 'm'));
        const { outcome } = await sendOnce(channelTo(server, CUTTER_HOST), outgoing);
        expect(outcome).toMatchObject({ state });
        expect(filesIn(server.folder).includes(outgoing.name)).toBe(state === 'delivered');
      } finally {
        await cutter.close();
        await server.remove();
      }
    },
  );
