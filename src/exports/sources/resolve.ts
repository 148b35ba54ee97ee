import { readFile } from 'node:fs/promises';
import { resolveSecret, secretReference } from '../../settings/secrets.ts';
import { PermanentError } from '../../task/errors.ts';
import type { SourceSettings } from './settings.ts';

/**
 * How to reach a source, its secrets included: plain data, given to the process of an export over its channel, and kept nowhere. Where
 * there is a `url` the other parts come from it; the password is then given apart too, so that it is known as something to hide.
 */
export interface ResolvedSource {
  type: SourceSettings['type'];
  url?: string;
  host?: string;
  port?: number;
  database?: string;
  user?: string;
  password?: string;
  /** Encrypt; `ca` is the text of the authority's certificate. */
  tls?: { ca?: string };
  schema?: string;
}

/**
 * Reads the secrets that a source's settings name. `ownDatabase` is the address of Regie's own database.
 * @throws {PermanentError} naming the reference, or the file of `ca`, that cannot be read.
 */
export async function resolveSource(settings: SourceSettings, ownDatabase: string): Promise<ResolvedSource> {
  const { type, host, port, database, tls, ca } = settings;
  const own = settings.url === undefined && host === undefined;
  const url = own ? ownDatabase : await urlOf(settings);
  const password = settings.password === undefined ? undefined : await resolveSecret(settings.password);
  return defined({
    type,
    host,
    port,
    database,
    user: settings.user,
    ...(url === undefined ? { password } : within(url, settings.user, password)),
    tls: tls === true ? defined({ ca: ca === undefined ? undefined : await authority(ca) }) : undefined,
    schema: settings.type === 'postgres' ? settings.schema : undefined,
  });
}

async function urlOf({ url, type }: SourceSettings): Promise<string | undefined> {
  if (url === undefined || !secretReference.safeParse(url).success) return url;
  const resolved = await resolveSecret(url);
  if (URL.canParse(resolved)) return resolved;
  throw new PermanentError(
    'BadSource',
    `${url} holds no address; expected ${type}://user:password@host/database`,
  );
}

/** The address with the user and password that the settings say beside it. */
function within(url: string, user: string | undefined, password: string | undefined) {
  // An address of a socket's folder (`postgres:///regie?host=/run`) takes neither before its empty host.
  const parsed = new URL(url);
  if (user !== undefined) parsed.username = encodeURIComponent(user);
  if (password !== undefined) parsed.password = encodeURIComponent(password);
  const hidden =
    password ?? decodeURIComponent(parsed.password || (parsed.searchParams.get('password') ?? ''));
  return { url: parsed.href, password: hidden === '' ? undefined : hidden };
}

async function authority(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new PermanentError(
      'BadSource',
      `the file ${file} (ca) cannot be read by the worker: ${(error as Error).message}`,
    );
  }
}

function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
