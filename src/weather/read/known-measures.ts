import type { ClientBase } from 'pg';
import { aggregateFacets, aggregateMeasures } from '../measures.ts';
import type { KnownStation } from './find-by-name.ts';

/**
 * Names of the measures that a station has ever had a value of, climatology values too: a rain gauge lacks no
 * temperature, a thermometer that is silent does.
 */
export async function knownMeasures(db: ClientBase, { id }: KnownStation): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<Record<string, unknown>>(
    "select * from aggregate where station_id = $1 and level = 'A'",
    [id],
  );
  const known = aggregateMeasures.filter((m) =>
    aggregateFacets(m).some((facet) => (rows[0]?.[`${m.name}_${facet}`] ?? null) !== null),
  );
  return new Set(known.map(({ name }) => name));
}
