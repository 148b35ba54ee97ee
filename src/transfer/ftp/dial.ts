import { hostAndPort } from '../../settings/network.ts';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type OnReadOpts, type Socket } from 'node:net';
import { SocksClient, type SocksClientError } from 'socks';
import { AccessProblem, quote, unreachable } from './problem.ts';

/**
 * Opens a TCP connection to a host, directly or through a proxy. `onread`: where a direct one puts what arrives,
 * instead of emitting it as `data`.
 */
export type Dial = (host: string, port: number, onread?: OnReadOpts) => Promise<Socket>;

/** A proxy through which TCP connections are opened. */
export interface Tunnel {
  type: 'http' | 'socks5';
  host: string;
  port: number;
  user?: string | undefined;
  password?: string | undefined;
}

/** How connections are opened: directly, or through `tunnel`. `timeout` in milliseconds. */
export function dialer(timeout: number, tunnel: Tunnel | undefined): Dial {
  if (tunnel === undefined) return (host, port, onread) => dialDirectly(host, port, timeout, onread);
  return tunnel.type === 'http'
    ? (host, port) => dialThroughHttp(tunnel, host, port, timeout)
    : (host, port) => dialThroughSocks(tunnel, host, port, timeout);
}

async function dialDirectly(
  host: string,
  port: number,
  timeout: number,
  onread: OnReadOpts | undefined,
): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, ...(onread ? { onread } : {}) });
  const silent = () =>
    socket.destroy(new Error(`${hostAndPort(host, port)} did not answer within ${timeout} ms`));
  socket.setTimeout(timeout, silent);
  await once(socket, 'connect');
  socket.setTimeout(0);
  socket.off('timeout', silent);
  return socket;
}

/** HTTP CONNECT: the proxy resolves the name. */
function dialThroughHttp(proxy: Tunnel, host: string, port: number, timeout: number): Promise<Socket> {
  const target = hostAndPort(host, port);
  const { user, password = '' } = proxy;
  const asking = request({
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: target,
    agent: false,
    headers: {
      host: target,
      ...(user === undefined
        ? {}
        : {
            'proxy-authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
          }),
    },
    timeout,
  });
  return new Promise((resolve, reject) => {
    asking.once('timeout', () =>
      asking.destroy(new Error(`${nameOf(proxy)} did not answer within ${timeout} ms`)),
    );
    asking.once('error', (error) => reject(unreachable(nameOf(proxy), error) ?? error));
    // An answer without a tunnel comes as a `response` where the proxy does not know the method.
    asking.once('response', ({ statusCode, statusMessage }) => {
      asking.destroy();
      reject(httpRefusal(proxy, target, statusCode, statusMessage));
    });
    asking.once('connect', ({ statusCode, statusMessage }, socket: Socket, head) => {
      socket.removeAllListeners('timeout');
      socket.setTimeout(0);
      if (statusCode !== 200) {
        socket.destroy();
        reject(httpRefusal(proxy, target, statusCode, statusMessage));
        return;
      }
      socket.setNoDelay(true);
      // The server's first words may have come along with the proxy's answer.
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.end();
  });
}

function httpRefusal(proxy: Tunnel, target: string, code = 0, words: string | undefined = ''): AccessProblem {
  const answer = quote(`HTTP ${code} ${words}`, [proxy.password ?? '']);
  // 401 is what some say instead of 407.
  if (code === 407 || code === 401) return refusedLogin(proxy, answer);
  // 5xx: it tried, and nobody answered; that may pass.
  return code >= 500
    ? new AccessProblem(`${nameOf(proxy)} cannot reach ${target}: ${answer}. Look at the server and its port`)
    : new AccessProblem(
        `${nameOf(proxy)} refuses to connect to ${target}: ${answer}. Let it allow CONNECT to that port; data connections use high ports`,
        { lasting: true },
      );
}

/** Answers of RFC 1928 that mean that the proxy does not want; the others, that it could not. */
const SOCKS_REFUSALS = /- (?:NotAllowed|CommandNotSupported|AddressNotSupported)$/;
const SOCKS_FAILURES = /- (?:Failure|NetworkUnreachable|HostUnreachable|ConnectionRefused|TTLExpired)$/;

async function dialThroughSocks(proxy: Tunnel, host: string, port: number, timeout: number): Promise<Socket> {
  const { user, password } = proxy;
  try {
    const { socket } = await SocksClient.createConnection({
      proxy: {
        host: proxy.host,
        port: proxy.port,
        type: 5,
        ...(user === undefined ? {} : { userId: user, password: password ?? '' }),
      },
      command: 'connect',
      destination: { host, port },
      timeout,
      set_tcp_nodelay: true,
    });
    return socket;
  } catch (error) {
    throw socksProblem(proxy, hostAndPort(host, port), error as SocksClientError) ?? error;
  }
}

/** The library gives texts only; those of the operating system hold its code. */
function socksProblem(proxy: Tunnel, target: string, error: Error): AccessProblem | undefined {
  const { message } = error;
  const code = /\b(E[A-Z_]{4,})\b/.exec(message)?.[1];
  const answer = quote(message, [proxy.password ?? '']);
  if (/authentication/i.test(message)) return refusedLogin(proxy, answer);
  if (SOCKS_REFUSALS.test(message))
    return new AccessProblem(
      `${nameOf(proxy)} refuses to connect to ${target}: ${answer}. Let it allow that port; data connections use high ports`,
      { lasting: true },
    );
  if (SOCKS_FAILURES.test(message))
    return new AccessProblem(
      `${nameOf(proxy)} cannot reach ${target}: ${answer}. Look at the server and its port`,
    );
  return unreachable(nameOf(proxy), Object.assign(new Error(message), { code }));
}

function refusedLogin(proxy: Tunnel, answer: string): AccessProblem {
  const who = proxy.user === undefined ? 'wants a login' : `refuses the user ${proxy.user}`;
  return new AccessProblem(`${nameOf(proxy)} ${who}: ${answer}. Correct proxy.user and proxy.password`, {
    login: true,
  });
}

function nameOf({ type, host, port }: Tunnel): string {
  return `the ${type} proxy ${hostAndPort(host, port)}`;
}
