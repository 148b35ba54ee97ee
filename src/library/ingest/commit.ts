import type { ClientBase } from 'pg';
import { toDatabase } from '../status/mask.ts';
import type { Disposition, Prepared, Reason, Who } from './arrival.ts';
import { createRecords } from './create-records.ts';
import { collisions, findKnown, type Known } from './duplicates.ts';
import { claimOriginals } from './originals.ts';
import type { IngestContext } from './prepare.ts';
import { replace, wholeOf } from './replace.ts';
import { joinStories } from './stories.ts';

/**
 * Writes the rows of prepared files, within the caller's transaction: a record for each, or a row of quarantine for
 * one that fails a check or is there already, in the databox or before it among these. Gives their dispositions, in order.
 */
export async function commit(
  db: ClientBase,
  { databox, store }: Pick<IngestContext, 'databox' | 'store'>,
  files: readonly Prepared[],
  who: Who,
): Promise<Disposition[]> {
  if (files.length === 0) return [];
  // Two that take in the same file at the same time must not both find it new.
  await db.query("select pg_advisory_xact_lock(hashtext('regie.library.ingest'), $1)", [databox.id]);
  await claimOriginals(
    db,
    store,
    files.map(({ original }) => original),
  );
  const known = await findKnown(db, databox.id, files);
  const { fresh, again } = sortOut(files, known);
  const ids = await createRecords(
    db,
    databox,
    fresh.map(({ arrival, original, facts, status, values }) => ({
      collectionId: arrival.collection.id,
      ...(facts.uuid === undefined ? {} : { uuid: facts.uuid }),
      ...original,
      kind: facts.kind,
      mime: facts.mime,
      name: arrival.name,
      status,
      values,
    })),
    who,
  );
  const dispositions = new Map<Prepared, Disposition>();
  for (const [index, file] of fresh.entries()) {
    const record = ids[index]!;
    dispositions.set(file, { what: 'record', record });
    learn(known, file, record);
  }
  await joinStories(
    db,
    databox.id,
    fresh.flatMap(({ arrival: { story } }, index) => (story ? { ...story, record: ids[index]! } : [])),
    who,
  );
  const held = again.map((file) => ({
    file,
    reasons: [...collisions(file, known), ...file.reasons, ...wholeOf(file)],
  }));
  for (const [file, disposition] of await quarantine(db, databox.id, held, who))
    dispositions.set(file, disposition);
  await replace(db, databox.id, files, dispositions, who);
  return files.map((file) => dispositions.get(file)!);
}

/** Those that become records, and those that do not: a check failed, or one before has the same content or UUID. */
export function sortOut(
  files: readonly Prepared[],
  known: Known,
): { fresh: Prepared[]; again: Prepared[]; soon: Known } {
  const soon: Known = { sha256: new Map(known.sha256), uuid: new Map(known.uuid) };
  const fresh: Prepared[] = [];
  const again: Prepared[] = [];
  for (const file of files) {
    if (file.reasons.length > 0 || collisions(file, soon).length > 0) {
      again.push(file);
      continue;
    }
    fresh.push(file);
    learn(soon, file, '');
  }
  return { fresh, again, soon };
}

function learn({ sha256, uuid }: Known, { original, facts }: Prepared, record: string): void {
  sha256.set(original.sha256, record);
  if (facts.uuid !== undefined) uuid.set(facts.uuid, record);
}

async function quarantine(
  db: ClientBase,
  databoxId: number,
  held: readonly { file: Prepared; reasons: Reason[] }[],
  who: Who,
): Promise<[Prepared, Disposition][]> {
  if (held.length === 0) return [];
  const { rows } = await db.query<{ id: string; at: number }>(
    `with new as (
       select nextval(pg_get_serial_sequence('library.quarantine', 'id')) as id, x.*
       from jsonb_to_recordset($2) as x(at int, collection_id int, name text, sha256 text, draft jsonb, reasons jsonb)),
     written as (
       insert into library.quarantine (id, databox_id, collection_id, task, run, by, name, sha256, draft, reasons)
       overriding system value
       select id, $1, collection_id, $3, $4, $5, name, decode(sha256, 'hex'), draft, reasons from new order by at)
     select id, at from new`,
    [
      databoxId,
      JSON.stringify(
        held.map(({ file: { arrival, original, facts, status, values }, reasons }, at) => ({
          at,
          collection_id: arrival.collection.id,
          name: arrival.name,
          sha256: original.sha256,
          draft: {
            ...(facts.uuid === undefined ? {} : { uuid: facts.uuid }),
            kind: facts.kind,
            mime: facts.mime,
            bytes: original.bytes,
            status: toDatabase(status),
            values: values.map(({ field, values: texts }) => ({ field: field.name, values: texts })),
            ...(arrival.story ? { story: arrival.story.id } : {}),
          },
          reasons,
        })),
      ),
      who.task ?? null,
      who.run ?? null,
      who.by ?? null,
    ],
  );
  return rows.map(({ id, at }) => [
    held[at]!.file,
    { what: 'quarantine', quarantine: id, reasons: held[at]!.reasons },
  ]);
}
