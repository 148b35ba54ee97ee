import { exportFormats, exportWeather, type Exported } from '../export/export-weather.ts';
import { UsageError } from '../../command/exit.ts';
import { formatOf, writeNewFile } from '../../command/new-file.ts';
import type { Session } from '../../command/session.ts';
import { withTables } from './with-tables.ts';

export interface ExportFlags {
  all?: true;
  level: string;
  from?: string;
  to?: string;
  measure: string[];
  output: string;
  force?: true;
  tmp?: true;
}

export async function exportFile(
  session: Session,
  stations: readonly string[],
  { all, level, from, to, measure, output, force, tmp }: ExportFlags,
): Promise<void> {
  if ((all === true) === stations.length > 0) {
    throw new UsageError('Name the stations to export, or take --all of them; not both.');
  }
  const format = formatOf(output, exportFormats);
  const { out } = session;
  const done = await withTables(session, tmp === true, (db) =>
    writeNewFile(output, force === true, (draft) =>
      exportWeather(db, draft, {
        stations,
        level,
        measures: measure,
        format,
        signal: session.interruption(),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(out.tty && !out.json && { onStation: (station, rows) => out.remark(`${station}: ${rows} rows`) }),
      }),
    ),
  );
  out.answer({ file: output, format, ...done }, () => tell(output, done));
}

function tell(file: string, { level, rows, columns, stations }: Exported): string {
  const what = `${level === 'O' ? 'observation' : 'aggregate'}${rows === 1 ? '' : 's'}`;
  const whose = stations.length === 1 ? stations[0]!.station : `${stations.length} stations`;
  return `${file}: ${rows} ${what} of ${whose}, ${columns} columns.`;
}
