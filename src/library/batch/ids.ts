import { createHash } from 'node:crypto';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Is it an id of a batch, as we write them? */
export const isBatchId = (text: string) => UUID.test(text);

/**
 * The id of a batch to which its sender gave a name: the same name, sent to the same task, is the same batch. `origin`
 * keeps names of manifests apart from keys of requests. A UUID of version 8, which is for hashes of one's own choice.
 */
export function batchIdOf(task: string, origin: 'manifest' | 'request', name: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([task, origin, name]))
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
