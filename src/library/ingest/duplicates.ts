import type { ClientBase } from 'pg';
import type { Prepared, Reason } from './arrival.ts';

/** Records of a databox that are not in its trash, by what must not be there twice. */
export interface Known {
  sha256: Map<string, string>;
  uuid: Map<string, string>;
}

/** Looks for the records that have the content, or the UUID, of some files. */
export async function findKnown(
  db: ClientBase,
  databoxId: number,
  files: readonly Prepared[],
): Promise<Known> {
  const { rows } = await db.query<{ id: string; sha256: string | null; uuid: string }>(
    `select id, encode(sha256, 'hex') as sha256, uuid from library.record
     where databox_id = $1 and trashed_at is null
       and (sha256 = any(select decode(h, 'hex') from unnest($2::text[]) h) or uuid = any($3::uuid[]))
     order by id desc`,
    [databoxId, files.map(({ original }) => original.sha256), files.flatMap(({ facts }) => facts.uuid ?? [])],
  );
  // The oldest one counts: it comes last.
  return {
    sha256: new Map(rows.flatMap(({ sha256, id }) => (sha256 === null ? [] : [[sha256, id]]))),
    uuid: new Map(rows.map(({ uuid, id }) => [uuid, id])),
  };
}

/** The records that a file collides with, as reasons; the one that it replaces is none of them. */
export function collisions({ original, facts, arrival }: Prepared, known: Known): Reason[] {
  const reasons: Reason[] = [];
  const replaced = arrival.replaces?.record;
  const same = known.sha256.get(original.sha256);
  if (same !== undefined && same !== replaced)
    reasons.push({ check: 'sha256', text: `record ${same} is the same file`, record: same });
  const twin = facts.uuid === undefined ? undefined : known.uuid.get(facts.uuid);
  if (twin !== undefined && twin !== replaced)
    reasons.push({ check: 'uuid', text: `record ${twin} has the same UUID ${facts.uuid}`, record: twin });
  return reasons;
}
