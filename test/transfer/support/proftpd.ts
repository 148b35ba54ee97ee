import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import type { Layout } from './layout.ts';

/** Writes a configuration of proftpd for an ordinary user, who cannot lock clients in by chroot: mod_vroot does. */
export function configureProftpd(layout: Layout): string[] {
  const { home, port, passive, log, options, unpacked, certificate } = layout;
  const { uid, gid, username } = owner(layout);
  const { masquerade, mlsd = true, hashes = false } = options;
  const modules = ['mod_vroot', ...(hashes ? ['mod_digest'] : []), ...(certificate ? ['mod_tls'] : [])];
  const lines = [
    `ModulePath ${path.join(unpacked.root, 'usr/lib/proftpd')}`,
    ...modules.map((name) => `LoadModule ${name}.c`),
    'ServerType standalone',
    `User ${username}`,
    `Group ${groupName(gid)}`,
    'DefaultAddress 127.0.0.1',
    // Without it the address is only a name: it would listen on every interface.
    'SocketBindTight on',
    `Port ${port}`,
    'UseIPv6 off',
    'UseReverseDNS off',
    'WtmpLog off',
    `PassivePorts ${passive[0]} ${passive[1]}`,
    ...(masquerade ? [`MasqueradeAddress ${masquerade}`] : []),
    'AllowForeignAddress on',
    `AuthUserFile ${writeUsers(layout, uid, gid)}`,
    'AuthOrder mod_auth_file.c',
    'RequireValidShell off',
    'VRootEngine on',
    'DefaultRoot ~',
    'AllowOverwrite on',
    'AllowStoreRestart on',
    'AllowRetrieveRestart on',
    'TimesGMT on',
    'Umask 022 022',
    'MaxInstances 60',
    `ScoreboardFile ${path.join(home, 'scoreboard')}`,
    `PidFile ${path.join(home, 'pid')}`,
    'DelayTable none',
    'DelayEngine off',
    `SystemLog ${path.join(home, 'system.log')}`,
    `TransferLog ${log}`,
    ...(mlsd ? [] : ['FactsAdvertise off', '<Limit MLSD MLST>', 'DenyAll', '</Limit>']),
    ...(certificate
      ? [
          'TLSEngine on',
          'TLSRequired on',
          `TLSLog ${path.join(home, 'tls.log')}`,
          `TLSECCertificateFile ${certificate.certificate}`,
          `TLSECCertificateKeyFile ${certificate.key}`,
          'TLSVerifyClient off',
          ...(options.tls === 'implicit' ? ['TLSOptions UseImplicitSSL'] : []),
          ...(options.sessionReuse ? [] : ['TLSOptions NoSessionReuseRequired']),
        ]
      : []),
  ];
  const file = path.join(home, 'proftpd.conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return ['--nodaemon', '--quiet', '--config', file];
}

/** AuthUserFile: a passwd(5) of the server's own, closed to others. */
function writeUsers({ home, folder, user, password }: Layout, uid: number, gid: number): string {
  const file = path.join(home, 'users');
  const hash = execFileSync('openssl', ['passwd', '-5', '-stdin'], {
    input: password,
    encoding: 'utf8',
  }).trim();
  writeFileSync(file, `${user}:${hash}:${uid}:${gid}::${folder}:/bin/false\n`);
  chmodSync(file, 0o600);
  return file;
}

function owner({ account }: Layout): { uid: number; gid: number; username: string } {
  if (!account) return userInfo();
  return { uid: account.uid, gid: account.gid, username: account.name };
}

function groupName(gid: number): string {
  return execFileSync('getent', ['group', String(gid)], { encoding: 'utf8' }).split(':')[0]!;
}
