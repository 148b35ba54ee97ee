import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inTransaction } from '../../store/transaction.ts';
import { messageOf, PermanentError } from '../../task/errors.ts';
import { jobOf, sourcesOf, type ExportRun } from '../described.ts';
import { ExportFailed } from '../host/failure-texts.ts';
import { produce } from '../host/host.ts';
import type { Description, Produced } from '../host/job.ts';
import { addDeliveries, type Override } from '../ledger/delivery.ts';
import { readPeriod, transition, type PeriodRow } from '../ledger/periods.ts';
import { nextTry } from './choose.ts';
import { campaignFolder, editionName, workFolder } from './place-file.ts';

interface Making {
  explicit: boolean;
  counts: Record<string, number>;
  now: () => number;
}

/**
 * Makes the file of a period and lets the export check it. From the moment its row is committed, the file exists: a crash before leaves nothing but
 * a temporary file that the next run sweeps away, a crash after it goes on with the delivery.
 * @returns the period, `produced` or `held`.
 * @throws {PermanentError} when it failed; the period is due again, or missed when no tick is left.
 */
export async function makePeriod(
  ctx: ExportRun,
  description: Description,
  row: PeriodRow,
  { explicit, counts, now }: Making,
): Promise<PeriodRow> {
  const { db, task, run } = ctx;
  const { key } = row;
  const folder = workFolder(ctx);
  sweep(folder, await partsOf(ctx));
  mkdirSync(folder, { recursive: true });
  await transition(db, task, key, 'running', {
    what: 'begun',
    run,
    text: explicit ? 'on demand' : 'by its schedule',
  });
  let produced: Produced;
  try {
    produced = await produce({ ...jobOf(ctx), sources: sourcesOf(ctx), workFolder: folder }, row, {
      signal: ctx.signal,
      progress: (progress) => ctx.progress({ ...progress, step: `${key}: ${progress.step}` }),
      trace: (text) => ctx.trace(`${key}: ${text}`),
    });
    if (produced.verdict.verdict === 'fail') {
      rmSync(produced.file.path, { force: true });
      throw new ExportFailed(task, 'thrown', `its check says: ${produced.verdict.reason}`);
    }
  } catch (error) {
    if (ctx.signal.aborted) {
      // Where its worker shuts down it stays `running`, and the run goes on with the next worker; an operator has ended it for good.
      if (await ctx.shouldStop())
        await transition(db, task, key, 'due', { what: 'cancelled', reason: 'the run was cancelled', run });
      throw error;
    }
    counts['failed']! += 1;
    throw await failed(ctx, description, row, error, { explicit, now });
  }
  const held = produced.verdict.verdict === 'hold';
  await inTransaction(db, async () => {
    await addFile(ctx, description, row, produced);
    const reason = produced.verdict.verdict === 'hold' ? produced.verdict.reason : null;
    const { rows, bytes, replaced } = produced.file;
    await transition(db, task, key, held ? 'held' : 'produced', {
      what: held ? 'held' : 'produced',
      reason,
      run,
      text: [
        `${rows} rows, ${bytes} bytes`,
        replaced > 0 ? `${replaced} characters replaced` : '',
        reason ?? '',
      ]
        .filter(Boolean)
        .join('; '),
    });
  });
  counts[held ? 'held' : 'produced']! += 1;
  counts['rows'] = (counts['rows'] ?? 0) + produced.file.rows;
  ctx.changed();
  ctx.trace(`${key}: ${held ? 'held' : 'made'}, ${produced.file.name}, ${produced.file.rows} rows`);
  return (await readPeriod(db, task, key))!;
}

async function addFile(
  ctx: ExportRun,
  description: Description,
  row: PeriodRow,
  { file }: Produced,
): Promise<void> {
  const { db, task, run } = ctx;
  const name = editionName(file.name, row.edition);
  await db.query(
    `insert into export.file (task, key, edition, name, path, part, rows, bytes, sha256, replaced, sheets, run)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      task,
      row.key,
      row.edition,
      name,
      path.join(campaignFolder(ctx), name),
      file.path,
      file.rows,
      file.bytes,
      file.sha256,
      file.replaced,
      JSON.stringify(file.sheets),
      run,
    ],
  );
  await addDeliveries(
    db,
    { task, key: row.key, edition: row.edition },
    description.target.deliver.map((to) => ({ destination: to.to, override: to as Override, recipient: '' })),
  );
}

/** Writes down that it failed: due again at the next tick of its hours, or missed where there is none. */
async function failed(
  ctx: ExportRun,
  description: Description,
  row: PeriodRow,
  error: unknown,
  { explicit, now }: Pick<Making, 'explicit' | 'now'>,
): Promise<PermanentError> {
  const { db, task, run } = ctx;
  const { key } = row;
  const reason = messageOf(error);
  const again = nextTry(description, row, now);
  const isMissed = !again && description.target.period !== 'operation';
  await db.query('update export.period set attempts = attempts + 1 where task = $1 and key = $2', [
    task,
    key,
  ]);
  await transition(db, task, key, isMissed ? 'missed' : 'due', {
    what: isMissed ? 'missed' : 'attempt failed',
    reason,
    run,
  });
  const what = isMissed
    ? explicit
      ? '; it is still missed'
      : '; no hour is left: it is missed'
    : again
      ? `; it is tried again at ${again.toISOString()}`
      : '';
  return new PermanentError(
    error instanceof PermanentError ? error.type : 'ExportFailed',
    `${key}: ${reason}${what}`,
  );
}

/** Temporary files that a row speaks of. */
async function partsOf({ db, task }: ExportRun): Promise<Set<string>> {
  const { rows } = await db.query<{ part: string }>(
    'select part from export.file where task = $1 and placed_at is null',
    [task],
  );
  return new Set(rows.map(({ part }) => path.basename(part)));
}

/** What runs that were killed have left: under the task's lock nobody else writes here. */
function sweep(folder: string, keep: ReadonlySet<string>): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  for (const name of names)
    if (name.endsWith('.part') && !keep.has(name)) rmSync(path.join(folder, name), { force: true });
}
