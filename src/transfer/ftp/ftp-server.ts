import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { resolveSecret } from '../../settings/secrets.ts';
import { hostAndPort } from '../../settings/network.ts';
import { dialer, type Dial } from './dial.ts';
import type { Features } from './features.ts';
import { AccessProblem, quote } from './problem.ts';
import { portOf, type ServerSettings } from './ftp-settings.ts';

/** A login, in the order in which it is made; an FTP proxy may want one of its own before the server's. */
export interface Login {
  user: string;
  password: string;
  /** Where the password comes from, for messages. */
  from: string;
}

/** An FTP server as connections need it: addresses, opened secrets, and what the first one found out about it. */
export interface Server {
  /** `host:port` for messages; the server's own, even behind a proxy. */
  address: string;
  /** Where control connections go: the server's, or its FTP proxy's. */
  control: { host: string; port: number };
  dial: Dial;
  /** Do data connections go through nothing, so that what arrives can be read into place? */
  direct: boolean;
  /** Where a data connection goes; undefined: to the very address of its control connection. */
  dataHost: string | undefined;
  logins: Login[];
  passive: boolean;
  /** May several commands be under way at once? FTP proxies take the second answer for one that nobody asked for. */
  pipelines: boolean;
  tls: ServerSettings['tls'];
  tlsOptions: ConnectionOptions;
  /** Milliseconds. */
  timeout: number;
  /** What the server says, for messages: without the secrets. */
  quote: (text: string) => string;
  /** Undefined until the first connection has asked. */
  features: Features | undefined;
  /** Does the server take EPSV and EPRT? Undefined until one of them worked. */
  extended: boolean | undefined;
}

/**
 * Resolves the references of a server's settings. `root` is the folder of the configuration. Throws `PermanentError`
 * for a secret that is not there, `AccessProblem` for a file of authorities that cannot be read.
 */
export async function openServer(settings: ServerSettings, root: string): Promise<Server> {
  const { host, tls, proxy, timeout } = settings;
  const port = portOf(settings);
  const password = await readPassword(settings.password);
  const proxyPassword = await readPassword(proxy?.password);
  const own = {
    user: settings.user,
    password: password ?? 'anonymous@',
    from: settings.password ?? 'no password',
  };
  const viaFtp = proxy?.type === 'ftp' ? proxy : undefined;
  const tunnel =
    proxy === undefined || proxy.type === 'ftp'
      ? undefined
      : { ...proxy, type: proxy.type, password: proxyPassword };
  const secrets = [password, proxyPassword].filter((secret) => secret !== undefined);
  return {
    address: hostAndPort(host, port),
    control: viaFtp ? { host: viaFtp.host, port: viaFtp.port } : { host, port },
    dial: dialer(timeout, tunnel),
    direct: tunnel === undefined && tls === 'none',
    dataHost: tunnel === undefined ? undefined : host,
    logins: viaFtp ? proxyLogins(own, host, port, viaFtp, proxyPassword) : [own],
    passive: settings.passive,
    pipelines: viaFtp === undefined,
    tls,
    tlsOptions: tls === 'none' ? {} : tlsOptions(host, settings.ca, root),
    timeout,
    quote: (text) => quote(text, secrets),
    features: undefined,
    extended: undefined,
  };
}

async function readPassword(reference: string | undefined): Promise<string | undefined> {
  if (reference === undefined) return undefined;
  const password = await resolveSecret(reference);
  if (/\p{Cc}/u.test(password))
    throw new AccessProblem(
      `the secret ${reference} holds a line break or another control character, which no password over FTP can. Correct it`,
      { lasting: true },
    );
  return password;
}

/** `USER user@host`: what FTP proxies understand as "log in there for me". */
function proxyLogins(
  own: Login,
  host: string,
  port: number,
  proxy: NonNullable<ServerSettings['proxy']>,
  password: string | undefined,
): Login[] {
  const target = port === 21 ? host : `${host}:${port}`;
  const there = { ...own, user: `${own.user}@${target}` };
  if (proxy.user === undefined) return [there];
  return [{ user: proxy.user, password: password ?? '', from: proxy.password ?? 'no password' }, there];
}

function tlsOptions(host: string, ca: string | undefined, root: string): ConnectionOptions {
  return {
    host,
    // A name is also asked for in the handshake, where one address serves several; an IP address must not be.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca: readAuthorities(ca, root) }),
    // NODE_TLS_REJECT_UNAUTHORIZED must not turn the check off.
    rejectUnauthorized: true,
  };
}

/** The authorities of the setting `ca`; a relative one starts at `root`. Throws `AccessProblem` when there are none. */
export function readAuthorities(ca: string, root: string): Buffer {
  const file = path.resolve(root, ca);
  try {
    const pem = readFileSync(file);
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch (error) {
    throw new AccessProblem(
      `the file ${file} (ca) cannot be read: ${(error as Error).message}. Put the authority's certificate there`,
      { lasting: true, cause: error },
    );
  }
  throw new AccessProblem(
    `the file ${file} (ca) holds no certificate. Expected PEM: a line -----BEGIN CERTIFICATE-----`,
    { lasting: true },
  );
}
