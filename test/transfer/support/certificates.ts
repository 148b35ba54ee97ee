import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server's certificate with its key, and the authority that signed it: files in PEM. */
export interface Certificate {
  certificate: string;
  key: string;
  /** The authority's own certificate: what a client has to trust. */
  authority: string;
}

/** Names of the servers on loopback. */
export const loopbackNames = ['DNS:localhost', 'IP:127.0.0.1', 'IP:127.0.0.2'];

/** Makes an authority and has it certify the names (`DNS:…`, `IP:…`), for a day; into `folder`. */
export async function certify(folder: string, names: readonly string[]): Promise<Certificate> {
  await mkdir(folder, { recursive: true });
  const at = (name: string) => path.join(folder, name);
  const key = (file: string) => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    at(file),
  ];
  // `-addext` after `-x509` marks the authority as one already (openssl.cnf, v3_ca).
  await run('openssl', [
    'req',
    '-x509',
    ...key('ca.key'),
    '-subj',
    '/CN=Test authority',
    '-days',
    '1',
    '-out',
    at('ca.pem'),
  ]);
  await run('openssl', [
    'req',
    '-new',
    ...key('server.key'),
    '-subj',
    '/CN=Test server',
    '-out',
    at('server.csr'),
  ]);
  await writeFile(at('server.ext'), `subjectAltName=${names.join(',')}\n`);
  const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '1'];
  await run('openssl', [
    'x509', '-req', '-in', at('server.csr'), ...signing, '-extfile', at('server.ext'), '-out', at('server.pem'),
  ]); // prettier-ignore
  return { certificate: at('server.pem'), key: at('server.key'), authority: at('ca.pem') };
}

/** Certificate and key in one text, as vsftpd and HTTP servers like it. */
export function bundle({ certificate, key }: Certificate): string {
  return readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8');
}
