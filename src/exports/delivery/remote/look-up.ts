import type { Parcel } from '../channel.ts';
import { temporaryName } from '../parcel-file.ts';
import type { EnterPlace } from './place.ts';

/**
 * What became of a parcel whose outcome nobody knows. @throws when the server cannot be asked.
 */
export async function lookUpRemotely(
  parcel: Parcel,
  enter: EnterPlace,
  signal: AbortSignal,
): Promise<'delivered' | 'absent' | undefined> {
  const place = await enter();
  const stop = () => place.close();
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    const size = await place.size(parcel.name);
    if (size === parcel.bytes) {
      const sha256 = await place.sha256(parcel.name);
      // The name was free before the rename: a file of that size that cannot be read is the one.
      if (sha256 === undefined || sha256 === parcel.sha256) return 'delivered';
    }
    // Without both somebody may have taken the file away already.
    return (await place.size(temporaryName(parcel))) === undefined ? undefined : 'absent';
  } finally {
    signal.removeEventListener('abort', stop);
    place.close();
  }
}
