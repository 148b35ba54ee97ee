import { createReadStream } from 'node:fs';
import {
  DeliveryFailed,
  type Channel,
  type OutgoingFile,
  type RecipientOutcome,
  type SendRequest,
} from '../delivery-channel.ts';
import { temporaryName } from '../outgoing-file.ts';
import { ServerRefused, type EnterFolder, type RemoteFolder } from './delivery-folder.ts';

/**
 * Puts files into a folder of a server.
 * @param address who gets them, for the ledger.
 * @param enter enters the folder of an outgoing file.
 */
export function remoteChannel(
  address: string,
  enter: (outgoing: OutgoingFile) => Promise<RemoteFolder>,
): Channel {
  return {
    recipients: () => [address],
    send: (request) => putRemotely(request, () => enter(request.outgoing)),
    verifyArrival: (outgoing, signal) => verifyRemoteArrival(outgoing, () => enter(outgoing), signal),
  };
}

/**
 * Puts an outgoing file into a folder of a server: under a temporary name, then by a rename, which is what cannot be taken
 * back. Whether the name is free is looked up right before; whoever takes it between that and the rename is
 * overwritten on servers that do so.
 */
async function putRemotely(
  { outgoing, signal, progress, checkpoint }: SendRequest,
  enter: EnterFolder,
): Promise<RecipientOutcome> {
  const folder = await enter();
  let committed = false;
  // A rename is soon done, and its outcome worth waiting for.
  const stop = () => committed || folder.close();
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    if (await isThere(folder, outgoing)) {
      await tidy(folder, outgoing);
      return { state: 'delivered', note: 'it was there already' };
    }
    await store(folder, outgoing, progress);
    await checkpoint();
    committed = true;
    await checkStillFree(folder, outgoing);
    await rename(folder, outgoing, enter, signal);
    return { state: 'delivered' };
  } catch (error) {
    if (!committed || error instanceof DeliveryFailed) await tidy(folder, outgoing);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    folder.close();
  }
}

/** Is the outgoing file in its place already? @throws {DeliveryFailed} when another file is. */
async function isThere(folder: RemoteFolder, { name, bytes, sha256 }: OutgoingFile): Promise<boolean> {
  const size = await folder.size(name);
  if (size === undefined) return false;
  if (size === bytes && (await folder.sha256(name)) === sha256) return true;
  throw taken(folder, name);
}

async function store(
  folder: RemoteFolder,
  outgoing: OutgoingFile,
  progress: SendRequest['progress'],
): Promise<void> {
  const temporary = temporaryName(outgoing);
  // Many servers do not let a file be overwritten.
  await folder.remove(temporary);
  await folder.store(temporary, pieces(outgoing, progress));
  const size = await folder.size(temporary);
  if (size === undefined)
    throw new DeliveryFailed(
      `${folder.address} does not show the file that was just written there, so nobody could see whether another one has the name. Let the user list that folder`,
      { permanent: true },
    );
  if (size !== outgoing.bytes)
    throw new Error(`${folder.address} has ${size} bytes of the ${outgoing.bytes} that were sent`);
}

async function* pieces({ path }: OutgoingFile, progress: SendRequest['progress']): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 18 })) {
    yield piece as Buffer;
    progress((sent += (piece as Buffer).length));
  }
}

/** Whatever goes wrong here, it has not been renamed yet. */
async function checkStillFree(folder: RemoteFolder, { name }: OutgoingFile): Promise<void> {
  const size = await folder.size(name).catch((error: unknown) => {
    throw new DeliveryFailed(`${folder.address}: ${(error as Error).message}`, {
      permanent: false,
      cause: error,
    });
  });
  if (size !== undefined) throw taken(folder, name);
}

async function rename(
  folder: RemoteFolder,
  outgoing: OutgoingFile,
  enter: EnterFolder,
  signal: AbortSignal,
): Promise<void> {
  const temporary = temporaryName(outgoing);
  try {
    await folder.rename(temporary, outgoing.name);
  } catch (error) {
    if (error instanceof ServerRefused) {
      if (await isThere(folder, outgoing)) return;
      // It is where it was, so it is nowhere else.
      if ((await folder.size(temporary)) !== undefined)
        throw new DeliveryFailed(error.message, { permanent: error.permanent, cause: error });
    } else if (!signal.aborted && (await isThereBehind(enter, outgoing))) return;
    throw error;
  }
}

/** After the connection was lost: is it there, seen over another one? When not, it may still come. */
async function isThereBehind(enter: EnterFolder, outgoing: OutgoingFile): Promise<boolean> {
  let folder: RemoteFolder | undefined;
  try {
    folder = await enter();
    return await isThere(folder, outgoing);
  } catch {
    return false;
  } finally {
    folder?.close();
  }
}

function taken({ address }: RemoteFolder, name: string): DeliveryFailed {
  return new DeliveryFailed(
    `${address} has another file ${name} already, and nothing is overwritten. Move it away, or give the export's file another name`,
    { permanent: true },
  );
}

/** The next try makes it anew; what stays behind when even that fails does no harm. */
async function tidy(folder: RemoteFolder, outgoing: OutgoingFile): Promise<void> {
  await folder.remove(temporaryName(outgoing)).catch(() => undefined);
}

/**
 * What became of an outgoing file whose outcome nobody knows. @throws when the server cannot be asked.
 */
async function verifyRemoteArrival(
  outgoing: OutgoingFile,
  enter: EnterFolder,
  signal: AbortSignal,
): Promise<'delivered' | 'absent' | undefined> {
  const folder = await enter();
  const stop = () => folder.close();
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    const size = await folder.size(outgoing.name);
    if (size === outgoing.bytes) {
      const sha256 = await folder.sha256(outgoing.name);
      // The name was free before the rename: a file of that size that cannot be read is the one.
      if (sha256 === undefined || sha256 === outgoing.sha256) return 'delivered';
    }
    // Without both somebody may have taken the file away already.
    return (await folder.size(temporaryName(outgoing))) === undefined ? undefined : 'absent';
  } finally {
    signal.removeEventListener('abort', stop);
    folder.close();
  }
}
