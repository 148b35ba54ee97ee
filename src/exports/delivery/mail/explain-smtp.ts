import type { SMTPError } from 'nodemailer/lib/smtp-connection';
import { AccessProblem, badCertificate, quote, unreachable } from '../../../transfer/ftp/problem.ts';
import { DeliveryFailed } from '../delivery-channel.ts';
import type { MailDestination } from './mail-settings.ts';

/** Answers to a command that end the mail: it is not taken, for certain. Others may come for any reason, at any time. */
const REFUSALS = new Set(['EAUTH', 'EENVELOPE', 'EMESSAGE']);

/**
 * An error of the library as a sentence for operators. `settings` while the talk is being opened: then every answer is
 * one to a command.
 */
export function explain(
  error: SMTPError,
  address: string,
  secrets: readonly string[],
  settings?: MailDestination,
): unknown {
  const { code, originalCode = code, response, responseCode, command, message } = error;
  if (code === undefined) return error;
  const known = unreachable(address, { code: originalCode });
  if (known) return known;
  const bad = badCertificate(address, Object.assign(new Error(message), { code: originalCode }));
  if (bad) return bad;
  const answer = response === undefined ? quote(message, secrets) : quote(response, secrets);
  if (code === 'ETLS' && responseCode !== undefined)
    return new AccessProblem(
      `${address} offers no TLS: ${answer}. Have it switched on there, or set tls to "none" and send all in the clear`,
      { lasting: responseCode >= 500, cause: error },
    );
  if (code === 'EAUTH' && responseCode !== undefined)
    return new AccessProblem(
      `${address} refuses the user ${settings?.user} with the password of ${settings?.password}: ${answer}`,
      // 454: it cannot tell at the moment (RFC 4954).
      { login: responseCode >= 500, cause: error },
    );
  if (responseCode !== undefined && (settings !== undefined || REFUSALS.has(code)))
    return new DeliveryFailed(`${address} answers to ${command ?? 'the mail'}: ${answer}`, {
      permanent: responseCode >= 500,
      cause: error,
    });
  // What it refuses by itself: a mail that is larger than the server says that it takes, or an address that is none.
  if (code === 'EMESSAGE' || code === 'EENVELOPE')
    return new DeliveryFailed(`${address}: ${answer}`, { permanent: true, cause: error });
  return new Error(`${address}: ${answer}`, { cause: error });
}
