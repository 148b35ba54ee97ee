import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SampleFile } from './make-sample.ts';

/** What was put into the inbox. */
export interface Delivery {
  files: number;
  observations: number;
  bytes: number;
}

/**
 * Puts files into the inbox as a careful sender does: written under a name that the loader passes over, then renamed,
 * so that it never sees half a file. Makes the inbox when it is missing; replaces a file of the same name.
 */
export async function deliver(
  inbox: string,
  files: Iterable<Pick<SampleFile, 'name' | 'text'> & { observations?: number }>,
): Promise<Delivery> {
  await mkdir(inbox, { recursive: true });
  const delivery: Delivery = { files: 0, observations: 0, bytes: 0 };
  for (const { name, text, observations = 0 } of files) {
    const partial = path.join(inbox, `.${name}.part`);
    await writeFile(partial, text);
    await rename(partial, path.join(inbox, name));
    delivery.files += 1;
    delivery.observations += observations;
    delivery.bytes += Buffer.byteLength(text);
  }
  return delivery;
}
