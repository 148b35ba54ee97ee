/**
 * Why a server cannot be worked with until somebody does something about it. Its message is a sentence that names
 * host and port, what happened and what to do; secrets are not in it.
 */
export class AccessProblem extends Error {
  /** Trying again at once cannot help: a refused login, a wrong certificate. Others may pass, like a restart. */
  readonly lasting: boolean;
  /** The server knows that a login failed; some lock the account after a few. */
  readonly login: boolean;

  constructor(message: string, { lasting = false, login = false, cause }: ProblemOptions = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'AccessProblem';
    this.lasting = lasting || login;
    this.login = login;
  }
}

interface ProblemOptions {
  lasting?: boolean;
  login?: boolean;
  cause?: unknown;
}

/** What the operating system says when there is nobody at an address. */
const UNREACHABLE: Record<string, string> = {
  ECONNREFUSED: 'refuses connections: nothing listens there. Start the server, or correct host and port',
  EHOSTUNREACH: 'cannot be reached: there is no way to that host. Look at the network, or correct the host',
  ENETUNREACH: 'cannot be reached: there is no way to that network. Look at the network, or correct the host',
  EADDRNOTAVAIL: 'cannot be reached: it is no address to connect to. Correct the host',
  ENOTFOUND: 'is unknown: there is no host of that name. Correct the host',
  EAI_AGAIN: 'is unknown: the name service does not answer. Look at the DNS of this machine',
};

/** An error of connecting to `address` as a problem for an operator; undefined when it may pass in a moment. */
export function unreachable(address: string, error: unknown): AccessProblem | undefined {
  const codes =
    error instanceof AggregateError
      ? (error.errors as NodeJS.ErrnoException[]).map(({ code }) => code)
      : [(error as NodeJS.ErrnoException).code];
  const words = UNREACHABLE[codes.find((code) => code !== undefined && code in UNREACHABLE) ?? ''];
  return words === undefined ? undefined : new AccessProblem(`${address} ${words}`, { cause: error });
}

const CERTIFICATE =
  /^(?:ERR_TLS_CERT_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:GET_|VERIFY_|DECRYPT_)|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH)/;

/** An error of a TLS handshake as a problem for an operator; undefined when it is none of the certificate. */
export function badCertificate(address: string, error: unknown): AccessProblem | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!CERTIFICATE.test(code ?? '')) return undefined;
  return new AccessProblem(
    `${address} shows a certificate that is not trusted (${message}). Set host to the name in the certificate, or ca to the file of the authority that signed it`,
    { lasting: true, cause: error },
  );
}

/** The longest piece of a server's text that a message repeats. */
const LONGEST = 200;

/**
 * A server's text for messages: on one line, in quotes, not too long, without the secrets, which some servers
 * repeat.
 */
export function quote(text: string, secrets: readonly string[] = []): string {
  const clean = secrets
    .filter((secret) => secret !== '')
    .reduce((left, secret) => left.replaceAll(secret, '***'), text)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return `"${clean.length > LONGEST ? `${clean.slice(0, LONGEST - 1)}…` : clean}"`;
}
