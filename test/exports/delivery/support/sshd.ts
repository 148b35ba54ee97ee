import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { freePort } from '../../../support/ports.ts';
import { give, serverAccount } from '../../../transfer/support/account.ts';
import { startDaemon } from '../../../transfer/support/daemon.ts';
import { unpackDebian, type Missing } from '../../../transfer/support/debian-packages.ts';
import { makeHome } from '../../../transfer/support/home.ts';

/** OpenSSH's server on 127.0.0.1, as an ordinary user, whom it lets in by key. */
export interface Sshd {
  port: number;
  user: string;
  /** Of its own key. */
  fingerprint: string;
  /** File with the user's private key, and the same encrypted with `passphrase`. */
  key: string;
  encryptedKey: string;
  passphrase: string;
  /** A key that it does not know. */
  strangeKey: string;
  /** What clients are to work in; it does not lock them in. */
  folder: string;
  /** Gives all that is in the folder to the server's account. */
  adopt(): void;
  remove(): Promise<void>;
}

/** Of the distribution's package, or a sentence that says why there is none. */
export async function findSshd(): Promise<{ start(): Promise<Sshd> } | Missing> {
  const unpacked = await unpackDebian('openssh', ['openssh-server', 'openssh-client']);
  if ('missing' in unpacked) return unpacked;
  return {
    async start() {
      const account = serverAccount();
      const home = makeHome('sshd');
      const at = (name: string) => path.join(home, name);
      const makeKey = (name: string, passphrase = '') =>
        execFileSync(
          unpacked.program('ssh-keygen'),
          ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', at(name)],
          { env: unpacked.env },
        );
      for (const name of ['host', 'user', 'strange']) makeKey(name);
      makeKey('encrypted', 'open sesame');
      mkdirSync(at('served'));
      writeFileSync(
        at('authorized'),
        readFileSync(at('user.pub'), 'utf8') + readFileSync(at('encrypted.pub'), 'utf8'),
      );
      const port = await freePort();
      const settings = [
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${at('host')}`,
        'PidFile none',
        `AuthorizedKeysFile ${at('authorized')}`,
        // The temporary folder is everybody's.
        'StrictModes no',
        // Without PAM it takes accounts of the system, such as nobody, for locked.
        'UsePAM yes',
        'Subsystem sftp internal-sftp',
        'ForceCommand internal-sftp',
        'MaxStartups 100',
      ];
      writeFileSync(at('sshd.conf'), `${settings.join('\n')}\n`);
      const fingerprint = execFileSync(unpacked.program('ssh-keygen'), ['-lf', at('host.pub')], {
        encoding: 'utf8',
        env: unpacked.env,
      }).split(' ')[1]!;
      give(account, home);
      const daemon = await startDaemon(
        {
          program: unpacked.program('sshd'),
          args: ['-D', '-e', '-f', at('sshd.conf')],
          env: unpacked.env,
          account,
          port,
        },
        home,
      );
      return {
        port,
        user: account?.name ?? userInfo().username,
        fingerprint,
        key: at('user'),
        encryptedKey: at('encrypted'),
        passphrase: 'open sesame',
        strangeKey: at('strange'),
        folder: at('served'),
        adopt: () => give(account, at('served')),
        async remove() {
          await daemon.stop();
          rmSync(home, { recursive: true });
        },
      };
    },
  };
}
