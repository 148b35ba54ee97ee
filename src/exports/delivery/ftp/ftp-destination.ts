import type { FTPError } from 'basic-ftp';
import { hostAndPort } from '../../../settings/network.ts';
import { portOf } from '../../../transfer/ftp/ftp-settings.ts';
import { defineDestinationType } from '../destination.ts';
import { ownFolder } from '../fill-placeholders.ts';
import { remoteChannel } from '../remote/remote-channel.ts';
import { addressOf, isLasting } from '../remote/delivery-folder.ts';
import { ftpSettings } from './ftp-destination-settings.ts';

/** A folder of an FTP or FTPS server. */
export const ftp = defineDestinationType({
  name: 'ftp',
  settings: ftpSettings,
  overrides: { folder: ownFolder },
  // A server may be silent for `timeout`, and a look-up may read the whole file.
  silenceTimeout: Number.POSITIVE_INFINITY,
  open(given, { root }) {
    const { host, user, tls, folder } = given;
    const scheme = tls === 'none' ? 'ftp' : 'ftps';
    return remoteChannel(
      addressOf(`${scheme}://${user}@${hostAndPort(host, portOf(given))}`, folder),
      async ({ placeholders }) => {
        const { FtpFolder } = await import('./ftp-folder.ts');
        return FtpFolder.enter(given, root, placeholders);
      },
    );
  },
  isPermanent(error) {
    // Told by its name: the library is loaded when something is sent.
    if (!(error instanceof Error && error.name === 'FTPError')) return isLasting(error);
    const { code } = error as FTPError;
    // 552: no room left, which may change.
    return code >= 500 && code !== 552;
  },
});
