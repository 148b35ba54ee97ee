import { hostAndPort } from '../../../transfer/ftp/dial.ts';
import { attempt } from '../attempt.ts';
import type { Channel, Parcel } from '../channel.ts';
import { addressOf } from '../remote/address.ts';
import { lookUpRemotely } from '../remote/look-up.ts';
import { putRemotely } from '../remote/put.ts';
import type { SftpDestination } from './settings.ts';

/** Puts files into a folder of an SFTP server. */
export function sftpChannel(settings: SftpDestination): Channel {
  const { host, port, user, folder } = settings;
  const address = addressOf(`sftp://${user}@${hostAndPort(host, port)}`, folder);
  const enterFor =
    ({ placeholders }: Parcel) =>
    async () => {
      const { SftpPlace } = await import('./place.ts');
      return SftpPlace.enter(settings, placeholders);
    };
  return {
    recipients: () => [address],
    send: (request) => attempt(request, (commit) => putRemotely(request, enterFor(request.parcel), commit)),
    lookUp: (parcel, signal) => lookUpRemotely(parcel, enterFor(parcel), signal),
  };
}
