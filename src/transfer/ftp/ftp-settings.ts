import { z } from 'zod';
import { duration } from '../../settings/duration.ts';
import { hostName, portNumber, protocolText } from '../../settings/network.ts';
import { secretReference } from '../../settings/secrets.ts';

const proxy = z.strictObject({
  /** `http`: HTTP CONNECT; `ftp`: a proxy that is logged in to as `user@host`. */
  type: z.enum(['http', 'socks5', 'ftp']),
  host: hostName,
  port: portNumber,
  user: protocolText.optional(),
  password: secretReference.optional(),
});

/** What a task needs to know of an FTP server. */
export const serverFields = {
  host: hostName,
  /** 21, or 990 with implicit TLS, when left out. */
  port: portNumber.optional(),
  user: protocolText.default('anonymous'),
  /** A reference to the secret. Without one the user is let in as FTP's anonymous users are. */
  password: secretReference.optional(),
  /** `true`: this side opens data connections (EPSV, PASV); `false`: the server does (EPRT, PORT). */
  passive: z.boolean().default(true),
  tls: z.enum(['none', 'explicit', 'implicit']).default('none'),
  /** A PEM file with the authorities to trust instead of the usual ones. */
  ca: z.string().min(1).optional(),
  proxy: proxy.optional(),
  /** How long the server may be silent before a connection counts as dead. */
  timeout: duration(1_000).default(30_000),
};

/** The settings of a server, checked. */
export type ServerSettings = z.output<z.ZodObject<typeof serverFields>>;

/** Combinations that cannot work, as issues of the settings that hold them. */
export function checkServer(settings: ServerSettings, ctx: z.RefinementCtx): void {
  const refuse = (key: keyof ServerSettings, message: string) =>
    ctx.addIssue({ code: 'custom', path: [key], message, input: settings[key] });
  const { proxy, passive, tls, ca } = settings;
  if (!passive && proxy !== undefined && proxy.type !== 'ftp')
    refuse(
      'passive',
      `expected true behind a proxy of type ${proxy.type}: the server cannot open connections through it`,
    );
  if (tls !== 'none' && proxy?.type === 'ftp')
    refuse('tls', 'expected "none" behind a proxy of type ftp: it reads and writes the commands itself');
  if (tls === 'none' && ca !== undefined)
    refuse('ca', 'expected none while tls is "none": there is no certificate to check');
}

/** The server's port: as set, else the protocol's. */
export function portOf({ port, tls }: Pick<ServerSettings, 'port' | 'tls'>): number {
  return port ?? (tls === 'implicit' ? 990 : 21);
}
