import { createHash } from 'node:crypto';
import { Client, type ConnectConfig } from 'ssh2';
import { resolveSecret } from '../../../settings/secrets.ts';
import { hostAndPort } from '../../../settings/network.ts';
import { AccessProblem, quote, unreachable } from '../../../transfer/ftp/problem.ts';
import type { SftpDestination } from './sftp-settings.ts';

/** Questions after the silence of which a connection is dead. */
const QUESTIONS = 3;

/** Connects and logs in. Throws `AccessProblem` when that needs somebody, another error when it may pass. */
export async function connectSsh(settings: SftpDestination): Promise<Client> {
  const { host, port, user, fingerprint, timeout } = settings;
  const address = hostAndPort(host, port);
  const password = await secret(settings.password);
  const privateKey = await secret(settings.key);
  const passphrase = await secret(settings.passphrase);
  let shown = '';
  const config: ConnectConfig = {
    host,
    port,
    username: user,
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(passphrase === undefined ? {} : { passphrase }),
    hostVerifier(key: Buffer) {
      shown = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
      return fingerprint.some((known) => known.replace(/=$/, '') === shown);
    },
    readyTimeout: timeout,
    keepaliveInterval: Math.ceil(timeout / QUESTIONS),
    keepaliveCountMax: QUESTIONS,
  };
  const client = new Client();
  // Some servers ask for the password as a question.
  client.on('keyboard-interactive', (_name, _text, _language, prompts, answer) =>
    answer(prompts.map(() => password ?? '')),
  );
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve).on('error', reject);
      client.once('close', () => reject(new Error(`${address} closes the connection before the login`)));
      client.connect(config);
    });
    return client;
  } catch (error) {
    client.destroy();
    throw explain(error as Failure, address, settings, shown, [password ?? '', passphrase ?? '']);
  }
}

type Failure = Error & { level?: string };

function explain(
  error: Failure,
  address: string,
  { user, password, key, fingerprint }: SftpDestination,
  shown: string,
  secrets: readonly string[],
): Error {
  const known = unreachable(address, error);
  if (known) return known;
  const said = quote(error.message, secrets);
  if (/host denied/i.test(error.message))
    return new AccessProblem(
      `${address} shows a key with the fingerprint ${shown}, expected ${fingerprint.join(' or ')}. Ask whoever runs it whether the key has changed, then correct fingerprint`,
      { lasting: true, cause: error },
    );
  if (error.level === 'client-authentication')
    return new AccessProblem(
      `${address} refuses the user ${user} with ${[key && `the key of ${key}`, password && `the password of ${password}`].filter(Boolean).join(' and ')}: ${said}`,
      { login: true, cause: error },
    );
  if (/privateKey/i.test(error.message))
    return new AccessProblem(`the key of ${key} cannot be used: ${said}. Correct key or passphrase`, {
      lasting: true,
      cause: error,
    });
  return new Error(`${address}: ${said}`, { cause: error });
}

async function secret(reference: string | undefined): Promise<string | undefined> {
  return reference === undefined ? undefined : resolveSecret(reference);
}
