import { expect, it } from 'vitest';
import { ftpChannel } from '../../../../src/exports/delivery/ftp/channel.ts';
import { ftpDestination } from '../../../../src/exports/delivery/ftp/settings.ts';
import { findFtpServer } from '../../../transfer/support/ftp-servers.ts';
import { CUTTER_HOST, startCutter } from '../support/cutting-relay.ts';
import { sweep } from '../support/remote.ts';

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
      const ports = [server.port];
      for (let port = server.passive[0]; port <= server.passive[1]; port++) ports.push(port);
      const cutter = await startCutter(ports);
      try {
        const through = (host: string) =>
          ftpChannel(
            ftpDestination.parse({
              type: 'ftp',
              host,
              port: server.port,
              user: server.user,
              password: 'env:REGIE_TEST_CUTS',
              timeout: '2s',
            }),
            '/',
          );
        const { wrong, seen } = await sweep(
          { direct: through('127.0.0.1'), cut: through(CUTTER_HOST), cutter, served: server },
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
