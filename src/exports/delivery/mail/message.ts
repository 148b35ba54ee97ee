import MailComposer from 'nodemailer/lib/mail-composer';
import type { Readable } from 'node:stream';
import { DeliveryFailed, type OutgoingFile } from '../delivery-channel.ts';
import { fill } from '../fill-placeholders.ts';
import { safeId } from '../outgoing-file.ts';
import type { MailDestination } from './mail-settings.ts';

/** A mail that is ready to go. */
export interface Message {
  /** With the angle brackets. */
  id: string;
  /** The mail in the format of the Internet (RFC 5322), made while it is read. */
  stream: Readable;
  /** About so many bytes. */
  size: number;
}

/**
 * Makes the mail of an outgoing file: the same Message-ID and the same recipients in its header at each try, so that who gets
 * it twice sees that it is the same.
 * @throws {DeliveryFailed} when the file is too large to be attached and there is no link; `PermanentError` for a
 * placeholder without a value.
 */
export function composeMail(settings: MailDestination, outgoing: OutgoingFile): Message {
  const { from, fromName, recipients, maxAttachment } = settings;
  const { placeholders } = outgoing;
  const attached = outgoing.bytes <= maxAttachment;
  const text = fill(settings.text, placeholders);
  const id = `<${safeId(outgoing.id)}@${from.slice(from.lastIndexOf('@') + 1)}>`;
  const composer = new MailComposer({
    from: { name: fromName ?? '', address: from },
    to: [...recipients],
    // A line break in a value would be one of the header.
    subject: fill(settings.subject, placeholders).replaceAll(/\p{Cc}+/gu, ' '),
    messageId: id,
    // Nobody's answering machine should answer (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: attached ? text : `${text}\n\n${linkTo(settings, outgoing)}\n`,
    attachments: attached
      ? // Base64 also for text: other encodings do not keep its line ends.
        [{ filename: outgoing.name, path: outgoing.path, contentTransferEncoding: 'base64' }]
      : [],
    disableUrlAccess: true,
  });
  return {
    id,
    stream: composer.compile().createReadStream(),
    // Base64 in lines of 76: 4 bytes for 3, and two for the line's end.
    size: attached
      ? Math.ceil((outgoing.bytes / 3) * 4 * (78 / 76)) + text.length + 2_000
      : text.length + 2_000,
  };
}

function linkTo(
  { linkBase, maxAttachment }: MailDestination,
  { name, bytes, placeholders }: OutgoingFile,
): string {
  if (linkBase === undefined)
    throw new DeliveryFailed(
      `${name} has ${bytes} bytes, where maxAttachment is ${maxAttachment}. Raise it, or set linkBase to where recipients can fetch the file`,
      { permanent: true },
    );
  return `${fill(linkBase, placeholders, encodeURIComponent).replace(/\/$/, '')}/${encodeURIComponent(name)}`;
}
