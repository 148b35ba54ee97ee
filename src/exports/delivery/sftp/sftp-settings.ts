import { z } from 'zod';
import { duration } from '../../../settings/duration.ts';
import { hostName, portNumber, protocolText } from '../../../settings/network.ts';
import { secretReference } from '../../../settings/secrets.ts';
import { template } from '../fill-placeholders.ts';

const fingerprint = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, {
  error: 'expected a fingerprint as `ssh-keygen -l` shows it: "SHA256:" and 43 characters',
});

/** A folder of an SFTP server. */
export const sftpSettings = z
  .strictObject({
    host: hostName,
    port: portNumber.default(22),
    user: protocolText,
    password: secretReference.optional(),
    /** The user's private key: `file:/…`, in the format of OpenSSH or PEM. */
    key: secretReference.optional(),
    /** What the key is encrypted with. */
    passphrase: secretReference.optional(),
    /** Of the server's own key; several while it changes. Whoever shows another one gets neither password nor file. */
    fingerprint: z.union([fingerprint.transform((one) => [one]), z.array(fingerprint).min(1)]),
    /**
     * A relative one starts where the login leads. May have placeholders; folders from the first one on are made, what
     * stands before must be there.
     */
    folder: template
      .regex(/^\P{Cc}+$/u, { error: 'expected a folder of the server, without control characters' })
      .default('.'),
    /** How long the server may be silent before the connection counts as dead. */
    timeout: duration(1_000).default(30_000),
  })
  .superRefine((given, ctx) => {
    const refuse = (key: 'key' | 'passphrase', message: string) =>
      ctx.addIssue({ code: 'custom', path: [key], message, input: given[key] });
    if (given.password === undefined && given.key === undefined)
      refuse('key', 'expected a reference to a key, or to a password');
    if (given.passphrase !== undefined && given.key === undefined)
      refuse('passphrase', 'expected none without a key');
  });

export type SftpDestination = z.output<typeof sftpSettings>;
