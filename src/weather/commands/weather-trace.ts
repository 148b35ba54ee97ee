import { traceLineage } from '../read/lineage.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { withTables } from './with-tables.ts';

export async function showLineage(
  session: Session,
  station: string,
  level: string,
  start: string | undefined,
  tmp: boolean,
): Promise<void> {
  const lineage = await withTables(session, tmp, (db) => traceLineage(db, station, level, start));
  session.out.answer(lineage, () => {
    const bucket = `${lineage.station} ${lineage.level} ${lineage.start ?? '(all time)'}`;
    if (lineage.files.length === 0) return `${bucket}: no observations.`;
    const rows = lineage.files.map((f) => [
      f.file ?? '(no longer in the ledger)',
      f.finalPath ?? '-',
      String(f.observations),
      f.first ?? '-',
      f.last ?? '-',
      String(f.nights),
      String(f.aggregates),
      f.loadedAt ?? '-',
    ]);
    return `${bucket} was made from\n${table(['FILE', 'NOW', 'OBSERVATIONS', 'FIRST', 'LAST', 'NIGHTS', 'AGGREGATES', 'LOADED'], rows, [2, 5, 6])}`;
  });
}
