import { findCollection, type Collection, type Databox } from '../model/databox.ts';
import type { Entry, Manifest } from './manifest/manifest.ts';
import type { BatchSettings } from './batch-settings.ts';

/** Whose records a batch becomes; undefined when nothing says it. */
export function userOf(
  { user }: Pick<Manifest, 'user'>,
  settings: Pick<BatchSettings, 'user'>,
): string | undefined {
  return user ?? settings.user;
}

/** The collection of a file: what is said of it, else of its batch, else by the task; or why there is none. */
export function destinationOf(
  databox: Databox,
  settings: Pick<BatchSettings, 'collection'>,
  manifest: Pick<Manifest, 'collection'>,
  entry: Pick<Entry, 'collection'>,
): Collection | string {
  const name = entry.collection ?? manifest.collection ?? settings.collection;
  if (name === undefined)
    return 'no collection is given; expected a `collection` of the file, of the batch, or of the task';
  const found = findCollection(databox, name);
  if (found) return found;
  const known = databox.collections.map((each) => each.name).join(', ');
  return `databox ${databox.name} has no collection ${JSON.stringify(name)}; expected ${known === '' ? 'one: there is none yet' : `one of ${known}`}`;
}
