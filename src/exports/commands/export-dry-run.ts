import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { exit, UsageError } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { described, jobOf, sourcesFrom, type ExportTask } from '../described.ts';
import { produce } from '../host/host.ts';
import type { Produced } from '../host/job.ts';
import { periodsRequested } from '../ledger/requested-periods.ts';
import { exportDefaultsSection } from '../export-settings.ts';
import { calendarOf } from '../period.ts';
import { asExport, findExport, type RunFlags } from './exports.ts';

/** `regie export run --dry-run`: makes the file in `preview/`, with its first rows on screen; no ledger knows of it, and it goes to nobody. */
export async function rehearse(session: Session, name: string, { rows, ...flags }: RunFlags): Promise<void> {
  const config = await session.config();
  const which = asExport(config, await findExport(session, name));
  const folder = path.resolve(config.root, exportDefaultsSection.of(config).folder);
  const work = path.join(folder, '.work', `preview-${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    const produced = await make(session, which, work, flags, rows);
    const { file, verdict, titles, firstRows } = produced;
    const target = path.join(folder, 'preview', which.settings.campaign, file.name);
    mkdirSync(path.dirname(target), { recursive: true });
    renameSync(file.path, target);
    if (verdict.verdict === 'fail') session.exitCode = exit.failed;
    session.out.answer(
      { export: which.task, file: { ...file, path: target }, verdict, titles, firstRows },
      () => words(produced, target, rows),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function make(
  session: Session,
  which: ExportTask,
  workFolder: string,
  asked: RunFlags,
  rows: number | undefined,
): Promise<Produced> {
  const { config } = which;
  const { out } = session;
  const screen = (text: string) => (out.tty && !out.json ? out.raw(`\r\u001B[K${text}`) : undefined);
  try {
    const { target } = await described(which);
    const [period] = periodsRequested(asked, target, calendarOf(target), new Date());
    return await produce(
      {
        ...jobOf(which),
        sources: sourcesFrom(config, () => ownDatabase(session)),
        workFolder,
        ...(rows === undefined ? {} : { limit: rows }),
      },
      period!,
      {
        signal: session.interruption(),
        progress: ({ step, done }) => screen(`${step}${done === undefined ? '' : ` ${done}`}`),
        trace: (text) => out.remark(text),
      },
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'CommandRejected')
      throw new UsageError(`${which.task}: ${error.message}.`);
    throw error;
  } finally {
    screen('');
  }
}

async function ownDatabase(session: Session): Promise<string> {
  const url = await session.databaseUrl();
  if (url === undefined) throw new Error(`Regie's own database: ${await session.whyNoDatabase()}`);
  return url;
}

function words(
  { file, verdict, titles, firstRows }: Produced,
  target: string,
  limit: number | undefined,
): string {
  const sheets =
    file.sheets.length > 1 ? `, ${file.sheets.map(({ name, rows }) => `${name} ${rows}`).join(', ')}` : '';
  const checked = {
    deliver: 'its check would deliver it',
    hold: `its check would hold it: ${'reason' in verdict ? verdict.reason : ''}`,
    fail: `its check refuses it: ${'reason' in verdict ? verdict.reason : ''}`,
  }[verdict.verdict];
  return [
    ...(firstRows.length > 0 ? [table(titles, firstRows), ''] : []),
    `${file.rows} rows${limit !== undefined && file.rows >= limit ? ` (no more than ${limit} were asked for)` : ''}${sheets}, ${file.bytes} bytes; ${checked}.`,
    `A preview: ${target}; nothing was delivered.`,
  ].join('\n');
}
