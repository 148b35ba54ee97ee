import type { ClientBase } from 'pg';
import type { Description, Who } from '../ingest/arrival.ts';
import { createRecords } from '../ingest/create-records.ts';
import { valuesOf } from '../ingest/ingest-values.ts';
import type { Collection, Databox } from '../model/databox.ts';
import { applyMask, type Mask } from '../status/mask.ts';

/** A story that a folder is to become. */
export interface NewStory {
  name: string;
  collection: Collection;
  description?: Description | undefined;
}

/** Makes a story without records; gives its number. */
export async function createStory(
  db: ClientBase,
  { databox, settings }: { databox: Databox; settings: { status?: Mask | undefined } },
  { name, collection, description }: NewStory,
  who: Who,
): Promise<string> {
  const { values } = valuesOf(databox.fields, name, undefined, description);
  const base = collection.status | (settings.status?.ones ?? 0n);
  const [id] = await createRecords(
    db,
    databox,
    [
      {
        type: 'story',
        collectionId: collection.id,
        kind: 'unknown',
        mime: null,
        name,
        status: description?.status ? applyMask(base, description.status) : base,
        values,
      },
    ],
    who,
  );
  return id!;
}
