import type { ClientBase } from 'pg';
import type { Who } from './arrival.ts';

/** A record that joins a story: as its last, or as its first. */
export interface Joining {
  /** Of the story. */
  id: string;
  record: string;
  first: boolean;
}

/** Puts records into stories, in their order, and writes the events. A story that is not there any more is left out. */
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
       from unnest($2::bigint[], $3::bigint[], $4::boolean[]) with ordinality as x(story, record, first, n)
       where exists (select from library.record r where r.id = story and r.type = 'story' and r.databox_id = $1)),
     span as (
       select story, coalesce(min(position), 1) as low, coalesce(max(position), 0) as high
       from (select distinct story from x) s left join library.story_member m on m.story_id = s.story group by story),
     joined as (
       insert into library.story_member (story_id, record_id, position)
       select story, record, case when first then low - 1 else high + n end from x join span using (story)
       on conflict do nothing returning story_id, record_id)
     insert into library.event (databox_id, record_id, task, run, by, what, after)
     select $1, record_id, $5, $6, $7, 'joined', jsonb_build_object('story', story_id) from joined order by record_id`,
    [
      databoxId,
      joining.map(({ id }) => id),
      joining.map(({ record }) => record),
      joining.map(({ first }) => first),
      who.task ?? null,
      who.run ?? null,
      who.by ?? null,
    ],
  );
}
