import { stringify } from 'csv-stringify/sync';
import {
  findQualities,
  observations,
  qualityName,
  type ValueRow,
} from '../quality/observations-by-quality.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { withTables } from './with-tables.ts';

export interface ObservationsFlags {
  from?: string;
  to?: string;
  measure: string[];
  quality: string[];
  limit: number;
  csv?: true;
  tmp?: true;
}

const columns: (keyof ValueRow)[] = ['station', 'stop', 'duration', 'measure', 'key', 'value', 'quality'];

/** JSON and CSV carry the codes of qualities, the table their names. */
export async function showObservations(
  session: Session,
  station: string,
  { from, to, measure, quality, limit, csv, tmp }: ObservationsFlags,
): Promise<void> {
  const found = await withTables(session, tmp === true, async (db) =>
    observations(db, station, {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      measures: measure,
      qualities: findQualities(quality),
      // One more tells whether there are more.
      limit: limit + 1,
    }),
  );
  const rows = found.slice(0, limit);
  const { out } = session;
  if (csv && !out.json) out.line(stringify(rows, { header: true, columns }));
  else out.answer(rows, () => (rows.length === 0 ? 'No values.' : valueTable(rows)));
  if (found.length > limit)
    out.remark(
      `Only the first ${limit} values: narrow it with --from, --to, --measure or --quality, or raise --limit.`,
    );
}

function valueTable(rows: readonly ValueRow[]): string {
  return table(
    ['STOP', 'MINUTES', 'VALUE OF', 'VALUE', 'QUALITY'],
    rows.map(({ stop, duration, key, value, quality }) => [
      stop.replace('T', ' '),
      String(duration),
      key,
      String(Math.round(value * 1000) / 1000),
      `${quality} ${qualityName(quality)}`,
    ]),
    [1, 3],
  );
}
