import { hostAndPort } from '../../../transfer/ftp/dial.ts';
import { portOf } from '../../../transfer/ftp/settings.ts';
import { attempt } from '../attempt.ts';
import type { Channel, Parcel } from '../channel.ts';
import { addressOf } from '../remote/address.ts';
import { lookUpRemotely } from '../remote/look-up.ts';
import { putRemotely } from '../remote/put.ts';
import type { FtpDestination } from './settings.ts';

/** Puts files into a folder of an FTP server. `root`: the folder where a relative `ca` starts. */
export function ftpChannel(settings: FtpDestination, root: string): Channel {
  const { host, user, tls, folder } = settings;
  const scheme = tls === 'none' ? 'ftp' : 'ftps';
  const address = addressOf(`${scheme}://${user}@${hostAndPort(host, portOf(settings))}`, folder);
  const enterFor =
    ({ placeholders }: Parcel) =>
    async () => {
      const { FtpPlace } = await import('./place.ts');
      return FtpPlace.enter(settings, root, placeholders);
    };
  return {
    recipients: () => [address],
    send: (request) => attempt(request, (commit) => putRemotely(request, enterFor(request.parcel), commit)),
    lookUp: (parcel, signal) => lookUpRemotely(parcel, enterFor(parcel), signal),
  };
}
