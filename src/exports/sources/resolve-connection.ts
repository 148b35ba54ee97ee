import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { resolveSecret, secretReference } from '../../settings/secrets.ts';
import { PermanentError } from '../../task/errors.ts';

/** How addresses of a kind of server begin. */
interface Scheme {
  /** `postgres`, in messages. */
  name: string;
  pattern: RegExp;
}

/** An address without a password in it, or a reference to one as a whole: `env:DIALLER_URL`. */
function address({ name, pattern }: Scheme) {
  return z
    .string()
    .refine((text) => secretReference.safeParse(text).success || pattern.test(text), {
      // It may hold a password: never repeat it.
      error: `expected ${name}://user@host/database, or a reference to such an address, 'env:NAME' or 'file:/absolute/path'`,
    })
    .refine((text) => !holdsPassword(text), {
      error:
        "it holds a password; expected user@host only, and password: a reference, 'env:NAME' or 'file:/absolute/path'",
    });
}

function holdsPassword(text: string): boolean {
  try {
    const { password, searchParams } = new URL(text);
    return password !== '' || searchParams.has('password');
  } catch {
    return false;
  }
}

/** The settings of a server, by the scheme of its addresses. */
export const serverFields = (scheme: Scheme) => ({
  url: address(scheme).optional(),
  host: z.string().min(1).optional(),
  port: z.int().min(1).max(65_535).optional(),
  database: z.string().min(1).optional(),
  user: z.string().min(1).optional(),
  password: secretReference.optional(),
  /** Encrypt, and check the server's certificate? */
  tls: z.boolean().optional(),
  /** PEM file of the authority that signed it, absolute; by default those that Node knows. */
  ca: z.string().startsWith('/', { error: 'expected the absolute path of a PEM file' }).optional(),
});

export type ServerSettings = z.output<z.ZodObject<ReturnType<typeof serverFields>>>;

/** What does not fit together. `needed`: without an address there is no server. */
export function checkServer(
  { url, host, port, database, user, password, tls, ca }: ServerSettings,
  context: z.core.$RefinementCtx,
  needed: boolean,
): void {
  const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  if (url !== undefined && host !== undefined) refuse('host', 'expected either url or host, not both');
  if (url === undefined && host === undefined) {
    if (needed) refuse('host', 'expected a host or a url');
    else
      for (const [key, value] of Object.entries({ port, database, user, password, tls }))
        if (value !== undefined)
          refuse(key, `expected none without host or url: that is Regie's own database`);
  }
  if (ca !== undefined && tls !== true)
    refuse('ca', 'expected none unless tls is true: there is no certificate to check');
}

/**
 * How to reach a database server, its secrets included: plain data, given to the process of an export over its channel, and kept nowhere. Where
 * there is a `url` the other parts come from it; the password is then given apart too, so that it is known as something to hide.
 */
export interface ResolvedSource {
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
 * Reads the secrets that a server's settings name. `own`: the address to take where they name none.
 * @throws {PermanentError} naming the reference, or the file of `ca`, that cannot be read.
 */
export async function resolveServer(
  scheme: Scheme,
  settings: ServerSettings,
  own?: () => Promise<string>,
): Promise<ResolvedSource> {
  const { host, port, database, tls, ca } = settings;
  const isOwn = settings.url === undefined && host === undefined;
  const url = isOwn ? await own?.() : await urlOf(scheme, settings);
  const password = settings.password === undefined ? undefined : await resolveSecret(settings.password);
  return defined({
    host,
    port,
    database,
    user: settings.user,
    ...(url === undefined ? { password } : within(url, settings.user, password)),
    tls: tls === true ? defined({ ca: ca === undefined ? undefined : await authority(ca) }) : undefined,
  });
}

async function urlOf(scheme: Scheme, { url }: ServerSettings): Promise<string | undefined> {
  if (url === undefined || !secretReference.safeParse(url).success) return url;
  const resolved = await resolveSecret(url);
  if (URL.canParse(resolved)) return resolved;
  throw new PermanentError(
    'BadSource',
    `${url} holds no address; expected ${scheme.name}://user:password@host/database`,
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
