import type { Account } from '../../../src/processes/run-program.ts';
import type { Certificate } from './certificates.ts';
import type { Unpacked } from './debian-packages.ts';

export interface FtpServerOptions {
  /** `explicit`: AUTH TLS is required; `implicit`: TLS from the first byte. */
  tls?: 'none' | 'explicit' | 'implicit';
  /** What the certificate is for: `localhost`, 127.0.0.1 and 127.0.0.2, or a host elsewhere. */
  certified?: 'loopback' | 'elsewhere';
  /** A data connection must resume the TLS session of its control connection. */
  sessionReuse?: boolean;
  /** Only proftpd: speaks MLSD and MLST, and says so. vsftpd never does. */
  mlsd?: boolean;
  /** Only proftpd: HASH, XSHA256, XMD5 … of mod_digest. */
  hashes?: boolean;
  /** The address that PASV answers with: of a relay before the server. */
  masquerade?: string;
  /** How many passive ports there are; a relay before the server listens on as many. */
  passivePorts?: number;
}

/** What a product's configuration is made of. */
export interface Layout {
  /** For the server's own files. */
  home: string;
  folder: string;
  port: number;
  user: string;
  password: string;
  passive: readonly [first: number, last: number];
  /** Where transfers are logged. */
  log: string;
  account: Account | undefined;
  certificate: Certificate | undefined;
  unpacked: Unpacked;
  options: FtpServerOptions;
}
