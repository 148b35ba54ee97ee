import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { bundle } from './certificates.ts';
import type { Layout } from './layout.ts';

/**
 * Writes a vsftpd.conf(5) for an ordinary user: such a server has only the anonymous login, but asks for a
 * password where it is given a list of them. The file must belong to whoever starts it.
 */
export function configureVsftpd({
  home,
  folder,
  port,
  password,
  passive,
  log,
  account,
  certificate,
  options,
}: Layout): string[] {
  const user = account?.name ?? userInfo().username;
  const passwords = path.join(home, 'passwords');
  writeFileSync(passwords, `${password}\n`);
  const settings: Record<string, string | number> = {
    listen: 'YES',
    listen_ipv6: 'NO',
    listen_address: '127.0.0.1',
    listen_port: port,
    background: 'NO',
    run_as_launching_user: 'YES',
    ftp_username: user,
    nopriv_user: user,
    anonymous_enable: 'YES',
    secure_email_list_enable: 'YES',
    email_password_file: passwords,
    anon_root: folder,
    anon_world_readable_only: 'NO',
    write_enable: 'YES',
    anon_upload_enable: 'YES',
    anon_mkdir_write_enable: 'YES',
    anon_other_write_enable: 'YES',
    local_umask: '022',
    anon_umask: '022',
    secure_chroot_dir: folder,
    // Its sandbox of system calls knows those of older kernels and libraries.
    seccomp_sandbox: 'NO',
    pasv_min_port: passive[0],
    pasv_max_port: passive[1],
    ...(options.masquerade ? { pasv_address: options.masquerade } : {}),
    // A relay or proxy before it connects from 127.0.0.1 as everybody here does.
    pasv_promiscuous: 'YES',
    port_promiscuous: 'YES',
    // Tests of wrong passwords need not wait.
    delay_failed_login: 0,
    xferlog_enable: 'YES',
    xferlog_std_format: 'YES',
    xferlog_file: log,
    use_localtime: 'NO',
  };
  if (certificate) {
    const file = path.join(home, 'vsftpd.pem');
    writeFileSync(file, bundle(certificate), { mode: 0o600 });
    Object.assign(settings, {
      ssl_enable: 'YES',
      implicit_ssl: options.tls === 'implicit' ? 'YES' : 'NO',
      allow_anon_ssl: 'YES',
      force_anon_logins_ssl: 'YES',
      force_anon_data_ssl: 'YES',
      require_ssl_reuse: options.sessionReuse ? 'YES' : 'NO',
      ssl_ciphers: 'HIGH',
      rsa_cert_file: file,
    });
  }
  const file = path.join(home, 'vsftpd.conf');
  // No blanks around the equals sign: it takes them for part of the value.
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  return [file];
}
