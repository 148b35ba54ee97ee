import type { FtpProduct } from '../../test/transfer/support/ftp-servers.ts';
import type { TransferSizes } from '../options.ts';

/** Files of one size. */
export interface FileSet {
  /** The folder of the server that holds them. */
  name: string;
  files: number;
  /** Of each. */
  bytes: number;
}

/** How the server is reached. */
export interface Way {
  title: string;
  tls: 'none' | 'explicit';
  /** What a relay adds, ms; 0: no relay. */
  roundTrip: number;
  servers: readonly FtpProduct[];
  sets: readonly FileSet[];
  connections: readonly number[];
}

const ROUND_TRIP = 20;

/** What is measured. */
export function waysOf({ small, smallTls, far, large, largeBytes }: TransferSizes): Way[] {
  const set = (name: string, files: number, bytes = 2_000): FileSet => ({ name, files, bytes });
  const big = set('large', large, largeBytes);
  return [
    {
      title: 'plain, on loopback',
      tls: 'none',
      roundTrip: 0,
      servers: ['vsftpd', 'proftpd'],
      sets: [set('small', small), big],
      connections: [1, 4],
    },
    {
      title: 'FTPS, on loopback',
      tls: 'explicit',
      roundTrip: 0,
      servers: ['proftpd'],
      sets: [set('small', smallTls), big],
      connections: [1, 4],
    },
    {
      title: `plain, a round trip of ${ROUND_TRIP} ms`,
      tls: 'none',
      roundTrip: ROUND_TRIP,
      servers: ['proftpd'],
      sets: [set('far', far)],
      connections: [4, 16],
    },
  ];
}
