import { z } from 'zod';
import { duration } from '../../../settings/duration.ts';
import { hostName, portNumber, protocolText } from '../../../settings/network.ts';
import { secretReference } from '../../../settings/secrets.ts';
import { ownTemplate, template } from '../fill-placeholders.ts';

const address = z.email({ error: 'expected a mail address alone, such as "reports@example.org"' });

/** Mail by SMTP. */
export const mailSettings = z
  .strictObject({
    host: hostName,
    /** 465 with implicit TLS, 587 with a login, else 25, when left out. */
    port: portNumber.optional(),
    user: protocolText.optional(),
    password: secretReference.optional(),
    /**
     * `required`: STARTTLS, or nothing is sent; `implicit`: TLS from the first byte; `optional`: STARTTLS where the server offers
     * it; `none`: never. Wherever there is TLS the certificate is checked. By default `implicit` on port 465,
     * `required` with a login, else `optional`.
     */
    tls: z.enum(['required', 'implicit', 'optional', 'none']).optional(),
    /** A PEM file with the authorities to trust instead of the usual ones. */
    ca: z.string().min(1).optional(),
    from: address,
    /** Shown beside the sender's address. */
    fromName: protocolText.optional(),
    recipients: z.array(address).min(1),
    /** With placeholders. */
    subject: template.min(1).default('{file}'),
    /** With placeholders. */
    text: template.default('{file}: {rows} rows.'),
    /** Largest file that is attached, bytes (most servers take no more than 10 to 25 MB, and the attachment grows by a third on its way). */
    maxAttachment: z.int().min(0).default(7_000_000),
    /**
     * A larger file is not attached; the text ends with a link: this address, `/`, the file's name. Whatever serves
     * that address must have the file, so deliver it there first, such as to a `directory`. With placeholders.
     */
    linkBase: template
      .regex(/^https?:\/\/\S+$/, {
        error: 'expected an address, such as "https://files.example.org/reports"',
      })
      .optional(),
    /** How long the server may be silent; up to 10 minutes when it has the whole mail (RFC 5321, 4.5.3.2.6). */
    timeout: duration(1_000).default(60_000),
  })
  .superRefine((settings, ctx) => {
    const refuse = (key: 'user' | 'password' | 'tls' | 'ca', message: string) =>
      ctx.addIssue({ code: 'custom', path: [key], message, input: settings[key] });
    const { user, password, tls, ca } = settings;
    if (user !== undefined && password === undefined)
      refuse('password', 'expected a reference to the password of user');
    if (user === undefined && password !== undefined)
      refuse('user', 'expected the user whose password is given');
    if (user !== undefined && tls === 'optional')
      refuse(
        'tls',
        'expected "required" or "implicit" with a login: whoever hides the offer of TLS would get the password',
      );
    if (tls === 'none' && ca !== undefined)
      refuse('ca', 'expected none while tls is "none": there is no certificate to check');
  });

export type MailDestination = z.output<typeof mailSettings>;

/** What an export may change. */
export const mailOverrides = {
  recipients: z.array(z.string()).refine((texts) => z.array(address).min(1).safeParse(texts).success, {
    error: 'expected mail addresses alone, such as "reports@example.org"',
  }),
  subject: ownTemplate,
  text: ownTemplate,
};

/** How TLS is used, and the port, where the settings leave it open. */
export function connectionOf({ tls, port, user }: MailDestination): {
  tls: NonNullable<MailDestination['tls']>;
  port: number;
} {
  const chosen = tls ?? (port === 465 ? 'implicit' : user === undefined ? 'optional' : 'required');
  return { tls: chosen, port: port ?? (chosen === 'implicit' ? 465 : user === undefined ? 25 : 587) };
}
