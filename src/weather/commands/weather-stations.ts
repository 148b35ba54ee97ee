import { stations } from '../read/list-stations.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { withTables } from './with-tables.ts';

export async function showStations(session: Session, tmp: boolean): Promise<void> {
  const rows = await withTables(session, tmp, stations);
  session.out.answer(rows, () =>
    rows.length === 0
      ? 'No station yet: name them in regie.config.ts (weather.stations), or let a first file register them (weather.autoRegister).'
      : table(
          ['STATION', 'NAME', 'ZONE', 'MEAN FROM', 'FIRST', 'LAST', 'HOURS WAITING'],
          rows.map((row) => [
            row.station,
            row.name ?? '-',
            row.timezone,
            row.meanFrom,
            row.first ?? '-',
            row.last ?? '-',
            String(row.waiting),
          ]),
          [6],
        ),
  );
}
