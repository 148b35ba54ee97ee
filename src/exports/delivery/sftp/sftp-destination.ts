import { hostAndPort } from '../../../settings/network.ts';
import { defineDestinationType } from '../destination.ts';
import { ownFolder } from '../fill-placeholders.ts';
import { remoteChannel } from '../remote/remote-channel.ts';
import { addressOf, isLasting } from '../remote/delivery-folder.ts';
import { sftpSettings } from './sftp-settings.ts';

/** A folder of an SFTP server. */
export const sftp = defineDestinationType({
  name: 'sftp',
  settings: sftpSettings,
  overrides: { folder: ownFolder },
  // A server may be silent for `timeout`, and a look-up may read the whole file.
  silenceTimeout: Number.POSITIVE_INFINITY,
  open(given) {
    const { host, port, user, folder } = given;
    return remoteChannel(
      addressOf(`sftp://${user}@${hostAndPort(host, port)}`, folder),
      async ({ placeholders }) => {
        const { SftpFolder } = await import('./sftp-folder.ts');
        return SftpFolder.enter(given, placeholders);
      },
    );
  },
  isPermanent: isLasting,
});
