import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, mkdirSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../../../files/atomic-write.ts';
import { exists, linkExclusive, remove, sha256 } from '../../../files/move.ts';
import { PermanentError } from '../../../task/errors.ts';
import {
  CheckpointRefused,
  DeliveryFailed,
  type Channel,
  type OutgoingFile,
  type RecipientOutcome,
  type SendRequest,
} from '../delivery-channel.ts';
import { defineDestinationType } from '../destination.ts';
import { fillFolder, ownFolder, splitFolder, template } from '../fill-placeholders.ts';
import { temporaryName } from '../outgoing-file.ts';

/** A folder of this machine, or one that is mounted. */
export const directory = defineDestinationType({
  name: 'directory',
  settings: z.strictObject({
    /**
     * A relative one starts at the folder of `regie.config.ts`. May have placeholders: `/mnt/reports/{yyyy}-{MM}`; folders
     * from the first placeholder on are made, what stands before must be there.
     */
    folder: template.min(1),
  }),
  overrides: { folder: ownFolder },
  // A disk takes the time that it takes.
  silenceTimeout: Number.POSITIVE_INFINITY,
  open: ({ folder }, { root }) => directoryChannel(path.resolve(root, folder)),
});

/** Copies files into a folder. `folder` is absolute and may have placeholders. */
function directoryChannel(folder: string): Channel {
  return {
    recipients: () => [folder],
    send: async (request) => put(request, await enter(folder, request.outgoing)),
    async verifyArrival(outgoing) {
      const target = fillFolder(folder, outgoing.placeholders);
      const file = path.join(target, outgoing.name);
      const temporary = path.join(target, temporaryName(outgoing));
      if (exists(file) && (await isOwn(outgoing, file))) {
        remove(temporary);
        return 'delivered';
      }
      // Without both somebody may have taken the file away already.
      return exists(temporary) ? 'absent' : undefined;
    },
  };
}

/** The folder for this outgoing file; what its placeholders name is made. */
async function enter(folder: string, { placeholders }: OutgoingFile): Promise<string> {
  const { base, made } = splitFolder(folder);
  const found = await stat(base).catch((error: unknown) => {
    throw new Error(
      `the folder ${base} cannot be entered: ${(error as Error).message}. Make it, or mount its disk`,
      {
        cause: error,
      },
    );
  });
  if (!found.isDirectory())
    throw new PermanentError('NoFolder', `${base} is no folder, and files should go there. Correct folder`);
  const target = fillFolder(folder, placeholders);
  if (made.length > 0) mkdirSync(target, { recursive: true });
  return target;
}

async function put(
  { outgoing, signal, progress, checkpoint }: SendRequest,
  folder: string,
): Promise<RecipientOutcome> {
  const file = path.join(folder, outgoing.name);
  const temporary = path.join(folder, temporaryName(outgoing));
  if (exists(file)) {
    if (!(await isOwn(outgoing, file))) throw taken(file);
    remove(temporary);
    return { state: 'delivered', note: 'it was there already' };
  }
  try {
    await copy(outgoing, temporary, signal, progress);
    syncFolder(folder);
    await checkpoint();
  } catch (error) {
    // The next try makes it anew; what stays behind when even that fails does no harm. A ledger that could not be asked may have
    // taken the checkpoint all the same: then this copy is the proof, for `verifyArrival`, that the step was not taken.
    if (!(error instanceof CheckpointRefused)) tidy(temporary);
    throw error;
  }
  const linked = await linkExclusive(temporary, file);
  // Somebody else was faster: a name is never taken from a file.
  if (linked === 'taken' && !(await isOwn(outgoing, file))) {
    tidy(temporary);
    throw taken(file);
  }
  syncFolder(folder);
  tidy(temporary);
  return { state: 'delivered' };
}

/** Copies the outgoing file, durable when it returns. */
async function copy(
  outgoing: OutgoingFile,
  target: string,
  signal: AbortSignal,
  progress: SendRequest['progress'],
): Promise<void> {
  const hash = createHash('sha256');
  let sent = 0;
  remove(target);
  // `wx`: never through a link that somebody has put there.
  const file = await open(target, 'wx', 0o666);
  try {
    for await (const piece of createReadStream(outgoing.path, { signal, highWaterMark: 2 ** 18 })) {
      hash.update(piece as Buffer);
      await file.writeFile(piece as Buffer);
      progress((sent += (piece as Buffer).length));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (hash.digest('hex') !== outgoing.sha256)
    throw new PermanentError(
      'KeptFile',
      `${outgoing.path} has changed while it was copied. Produce it again`,
    );
}

async function isOwn({ bytes, sha256: expected }: OutgoingFile, file: string): Promise<boolean> {
  const there = lstatSync(file);
  return there.isFile() && there.size === bytes && (await sha256(file)) === expected;
}

function taken(file: string): DeliveryFailed {
  return new DeliveryFailed(
    `there is another file ${file} already, and nothing is overwritten. Move it away, or give the export's file another name`,
    { permanent: true },
  );
}

function tidy(temporary: string): void {
  try {
    remove(temporary);
  } catch {
    // It is hidden, and the next try makes it anew.
  }
}
