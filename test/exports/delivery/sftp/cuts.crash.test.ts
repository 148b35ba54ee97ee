import { expect, it } from 'vitest';
import { CUTTER_HOST, startCutter } from '../support/cutting-relay.ts';
import { openDestination } from '../support/open.ts';
import { sweep } from '../support/remote.ts';
import { findSshd } from '../support/sshd.ts';

const found = await findSshd();
const missing = 'missing' in found ? found.missing : undefined;

it.skipIf(missing !== undefined).each([
  ['up', 257],
  ['down', 211],
] as const)(
  `OpenSSH${missing === undefined ? '' : ` (${missing})`}: a line that breaks on the way %s`,
  async (way, step) => {
    if ('missing' in found) throw new Error(found.missing);
    const server = await found.start();
    const cutter = await startCutter([server.port]);
    try {
      const through = (host: string) =>
        openDestination({
          type: 'sftp',
          host,
          port: server.port,
          user: server.user,
          key: `file:${server.key}`,
          fingerprint: server.fingerprint,
          folder: server.folder,
          timeout: '2s',
        });
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
  180_000,
);
