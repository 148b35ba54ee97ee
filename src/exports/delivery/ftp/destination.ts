import { FTPError } from 'basic-ftp';
import { z } from 'zod';
import { hostAndPort } from '../../../transfer/ftp/dial.ts';
import { checkServer, portOf, serverFields } from '../../../transfer/ftp/settings.ts';
import { defineDestinationType } from '../destination.ts';
import { ownFolder, template } from '../fill.ts';
import { remoteChannel } from '../remote/channel.ts';
import { addressOf, isLasting } from '../remote/place.ts';

/** A folder of an FTP or FTPS server. */
const settings = z
  .strictObject({
    ...serverFields,
    /**
     * A relative one starts where the login leads. May have placeholders; folders from the first one on are made, what
     * stands before must be there.
     */
    folder: template
      .regex(/^\P{Cc}+$/u, { error: 'expected a folder of the server, without control characters' })
      .default('.'),
  })
  .superRefine(checkServer);

export type FtpDestination = z.output<typeof settings>;

/** A folder of an FTP or FTPS server. */
export const ftp = defineDestinationType({
  name: 'ftp',
  settings,
  overrides: { folder: ownFolder },
  // A server may be silent for `timeout`, and a look-up may read the whole file.
  patience: Number.POSITIVE_INFINITY,
  open(given, { root }) {
    const { host, user, tls, folder } = given;
    const scheme = tls === 'none' ? 'ftp' : 'ftps';
    return remoteChannel(
      addressOf(`${scheme}://${user}@${hostAndPort(host, portOf(given))}`, folder),
      async ({ placeholders }) => {
        const { FtpPlace } = await import('./place.ts');
        return FtpPlace.enter(given, root, placeholders);
      },
    );
  },
  // 552: no room left, which may change.
  isPermanent: (error) =>
    error instanceof FTPError ? error.code >= 500 && error.code !== 552 : isLasting(error),
});
