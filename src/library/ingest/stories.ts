import type { ClientBase } from 'pg';
import type { Who } from './arrival.ts';

/** A record that joins a story: as its last, or as its first. */
export interface Joining {
  /** Of the story. */
  id: string;
  record: string;
  first: boolean;
}

/** Puts records into stories, in their order, and writes the events. */
export async function joinStories(
  db: ClientBase,
  databoxId: number,
  joining: readonly Joining[],
  who: Who,
): Promise<void> {
  if (joining.length === 0) return;
  await db.query(
    `with x as (
       select story, record, first, row_number() over (partition by story order by first desc, n) as n
       from unnest($1::bigint[], $2::bigint[], $3::boolean[]) with ordinality as x(story, record, first, n)),
     span as (
       select story, coalesce(min(position), 1) as low, coalesce(max(position), 0) as high
       from (select distinct story from x) s left join library.story_member m on m.story_id = s.story group by story)
     insert into library.story_member (story_id, record_id, position)
     select story, record, case when first then low - 1 else high + n end from x join span using (story)
     on conflict do nothing`,
    [joining.map(({ id }) => id), joining.map(({ record }) => record), joining.map(({ first }) => first)],
  );
  await db.query(
    `insert into library.event (databox_id, record_id, task, run, by, what, after)
     select $1, record, $4, $5, $6, 'joined', jsonb_build_object('story', story)
     from unnest($2::bigint[], $3::bigint[]) as x(record, story)`,
    [
      databoxId,
      joining.map(({ record }) => record),
      joining.map(({ id }) => id),
      who.task ?? null,
      who.run ?? null,
      who.by ?? null,
    ],
  );
}
