import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { clock } from '../../command/times.ts';
import { withDatabase } from '../../command/with-database.ts';
import { NotFound } from '../../task/not-found.ts';
import { readDeliveries } from '../ledger/delivery.ts';
import { readFiles, type FileRow } from '../ledger/export-files.ts';
import { readEvents, readPeriods } from '../ledger/periods.ts';
import { findExport } from './exports.ts';
import { painted } from './states.ts';

/** `regie export show`: one period with its files, deliveries and events. */
export async function showPeriod(session: Session, name: string, which: string | undefined): Promise<void> {
  const { name: task } = await findExport(session, name);
  const found = await withDatabase(session, async (db) => {
    const periods = await readPeriods(
      db,
      task,
      which === undefined ? 'true' : 'key = $2',
      which === undefined ? [] : [which],
    );
    const period = periods.at(-1);
    if (!period)
      throw new NotFound(
        which === undefined
          ? `${task} has nothing in its ledger yet.`
          : `${task} has no ${which} in its ledger: \`regie export ledger ${task}\` shows what there is.`,
      );
    const { key } = period;
    return {
      ...period,
      files: await readFiles(db, task, key),
      deliveries: await readDeliveries(db, { task, key }),
      events: await readEvents(db, task, key),
    };
  });
  const { colors } = session.out;
  session.out.answer({ export: task, ...found }, () =>
    [
      `${colors.bold(`${task} ${found.key}`)}: ${painted(found.state, colors)}${found.reason === null ? '' : `; ${found.reason}`}`,
      ...found.files.map(fileText),
      ...(found.deliveries.length > 0
        ? [
            '',
            table(
              ['TO', 'RECIPIENT', 'EDITION', 'STATE', 'TRIES', 'SINCE', 'NOTE'],
              found.deliveries.map((row) => [
                row.destination,
                row.recipient || '-',
                String(row.edition),
                row.state,
                String(row.attempts),
                clock(row.changedAt),
                row.note ?? '-',
              ]),
            ),
          ]
        : []),
      '',
      table(
        ['AT', 'WHAT', 'BY', 'MORE'],
        found.events.map(({ at, what, by, run, text }) => [clock(at), what, by ?? run ?? '-', text ?? '-']),
      ),
    ].join('\n'),
  );
}

function fileText({ edition, path, part, placedAt, rows, bytes, sha256, sheets, replaced }: FileRow): string {
  return [
    `  ${placedAt === null ? `${part} (it has not got its name yet)` : path}`,
    `    edition ${edition}, ${rows} rows, ${bytes} bytes${replaced > 0 ? `, ${replaced} characters replaced` : ''}`,
    ...(sheets.length > 1
      ? [`    sheets ${sheets.map(({ name, rows: n }) => `${name} ${n}`).join(', ')}`]
      : []),
    `    sha256 ${sha256}`,
  ].join('\n');
}
