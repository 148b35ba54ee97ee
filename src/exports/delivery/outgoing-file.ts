import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { PermanentError } from '../../task/errors.ts';
import type { OutgoingFile } from './delivery-channel.ts';

/**
 * Reads the kept file once before anything is sent: a file that is not what the ledger knows never leaves.
 * @throws {PermanentError} when it is gone, cannot be read, or has changed.
 */
export async function verifyOutgoingFile(
  { path, bytes, sha256 }: OutgoingFile,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    for await (const piece of createReadStream(path, { signal })) {
      hash.update(piece as Buffer);
      length += (piece as Buffer).length;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new PermanentError('KeptFile', `${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (length === bytes && hash.digest('hex') === sha256) return;
  throw new PermanentError(
    'KeptFile',
    `${path} has changed since it was produced: it has ${length} bytes, expected the ${bytes} bytes with SHA-256 ${sha256}. Produce it again`,
  );
}

/**
 * The name under which an outgoing file stands beside its place until it is complete: hidden, the same for every try, no one
 * else's.
 */
export function temporaryName({ id }: Pick<OutgoingFile, 'id'>): string {
  return `.regie-${safeId(id)}.part`;
}

/** The outgoing file's id in letters that names of files and Message-IDs may have; another id never gives the same. */
export function safeId(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(id) && !id.includes('..') && !id.endsWith('.')) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, 32);
}
