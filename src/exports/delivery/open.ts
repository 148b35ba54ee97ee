import path from 'node:path';
import { PermanentError } from '../../task/errors.ts';
import type { DeliverTo } from '../api/target.ts';
import type { Channel } from './channel.ts';
import { directoryChannel } from './directory/channel.ts';
import { ftpChannel } from './ftp/channel.ts';
import { mailChannel } from './mail/channel.ts';
import { areAddresses, type MailDestination } from './mail/settings.ts';
import { unknownMessage, unknownPlaceholder } from './fill.ts';
import { sftpChannel } from './sftp/channel.ts';
import type { Destination } from './settings.ts';

/** How one export uses a destination: a checked `DeliverTo`. */
export type Delivery = Exclude<DeliverTo, string>;

interface OpenOptions {
  /** Folder of `regie.config.ts`: relative paths start there. */
  root: string;
  override: Delivery;
}

const changeable = {
  mail: ['recipients', 'subject', 'text'],
  ftp: ['folder'],
  sftp: ['folder'],
  directory: ['folder'],
} satisfies Record<Destination['type'], (keyof Delivery)[]>;

/** The destination of that name. @throws {PermanentError} with those there are. */
export function destinationOf(
  destinations: Readonly<Record<string, Destination>>,
  name: string,
): Destination {
  const found = destinations[name];
  if (found) return found;
  throw new PermanentError(
    'UnknownDestination',
    `the configuration has no destination ${name}; expected one of ${Object.keys(destinations).join(', ') || '(none)'}`,
  );
}

/**
 * Opens a destination for an export. Nothing is read or connected before it sends, secrets neither.
 * @throws {PermanentError} for an override that the destination has no use for, naming both and the placeholder at fault.
 */
export function openChannel(destination: Destination, { root, override }: OpenOptions): Channel {
  checkOverride(destination, override);
  if (destination.type === 'mail') return mailChannel(withMailOverride(destination, override), root);
  const folder = override.folder ?? destination.folder;
  if (destination.type === 'ftp') return ftpChannel({ ...destination, folder }, root);
  if (destination.type === 'sftp') return sftpChannel({ ...destination, folder });
  return directoryChannel(path.resolve(root, folder));
}

function checkOverride({ type }: Destination, override: Delivery): void {
  const { to, ...changes } = override;
  const known: readonly string[] = changeable[type];
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    const at = `deliver to ${to}: ${key} is ${JSON.stringify(value)}`;
    if (!known.includes(key))
      throw new PermanentError(
        'BadDelivery',
        `${at}; expected of a ${type} no more than ${known.join(', ')}`,
      );
    for (const text of [value].flat()) {
      const unknown = unknownPlaceholder(text);
      if (unknown !== undefined) throw new PermanentError('BadDelivery', `${at}: ${unknownMessage(unknown)}`);
      if (key === 'folder' && /\p{Cc}/u.test(text))
        throw new PermanentError('BadDelivery', `${at}; expected a folder without control characters`);
      if (text === '') throw new PermanentError('BadDelivery', `${at}; expected a text that is not empty`);
    }
  }
}

function withMailOverride(
  destination: MailDestination,
  { to, recipients, subject, text }: Delivery,
): MailDestination {
  if (recipients !== undefined && !areAddresses(recipients))
    throw new PermanentError(
      'BadDelivery',
      `deliver to ${to}: recipients is ${JSON.stringify(recipients)}; expected mail addresses alone, such as "reports@example.org"`,
    );
  return {
    ...destination,
    ...(recipients === undefined ? {} : { recipients: [...recipients] }),
    ...(subject === undefined ? {} : { subject }),
    ...(text === undefined ? {} : { text }),
  };
}
