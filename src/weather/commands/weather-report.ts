import { writeFile } from 'node:fs/promises';
import { report } from '../report/month-report.ts';
import { formatOf, writeNewFile } from '../../command/new-file.ts';
import type { Session } from '../../command/session.ts';
import { withTables } from './with-tables.ts';

export interface ReportFlags {
  output?: string;
  force?: true;
  tmp?: true;
}

export async function reportFile(
  session: Session,
  station: string,
  month: string,
  { output, force, tmp }: ReportFlags,
): Promise<void> {
  // Asked first: the file's default name takes the station's own spelling, and no path from the command line.
  const { html, ...told } = await withTables(session, tmp === true, (db) => report(db, station, month));
  const file = output ?? `${told.station.replaceAll(/[^\w.-]/g, '_')}-${told.month}.html`;
  formatOf(file, ['html']);
  await writeNewFile(file, force === true, (draft) => writeFile(draft, html));
  session.out.answer(
    { file, ...told },
    () => `${file}: ${told.title}, ${told.days} ${told.days === 1 ? 'day' : 'days'} with data.`,
  );
}
