import type { ClientBase } from 'pg';

/**
 * What a run did, from the ledger: right even when the run was killed and began again. Counts of nothing are
 * left out, but for `files` and `loaded`.
 */
export async function readCounts(db: ClientBase, run: string): Promise<Record<string, number>> {
  const { rows } = await db.query<Record<string, number>>(
    `select count(*)::int as files,
            coalesce(sum(loaded), 0)::int as loaded,
            coalesce(sum(skipped), 0)::int as skipped,
            coalesce(sum(replaced), 0)::int as replaced,
            coalesce(sum(aggregates), 0)::int as aggregates,
            coalesce(sum(rejected), 0)::int as rejected,
            coalesce(sum(doubtful), 0)::int as doubtful,
            count(*) filter (where state = 'failed')::int as failed,
            coalesce(sum((select sum(value::int) from jsonb_each_text(unknown))), 0)::int as unknown
     from file where run = $1`,
    [run],
  );
  return Object.fromEntries(
    Object.entries(rows[0]!).filter(([name, count]) => count > 0 || name === 'files' || name === 'loaded'),
  );
}
