import { statSync } from 'node:fs';
import { sha256 } from '../../files/move.ts';
import type { Report, WorkContext } from '../../task/kind.ts';
import { sortOut } from '../ingest/commit.ts';
import { findKnown, type Known } from '../ingest/duplicates.ts';
import { waitFor, type ArchiveContext } from './archive-context.ts';
import { prepareGroup } from './archive-group.ts';
import { readCurrent } from '../../incidents/read-incidents.ts';
import { SeenFiles } from './seen-files.ts';
import { readPending } from './intake.ts';
import type { ArchiveSettings } from './archive-settings.ts';
import { groupsOf } from './slices.ts';
import { survey, type Survey } from './survey-hotfolder.ts';
import { filesIn } from './waiting-files.ts';
import { readReturnedHere } from './watch.ts';

/** Says, in counts and trace lines, what a run would do with the files that are there now; touches nothing. */
export async function rehearse(ctx: WorkContext<ArchiveSettings>, context: ArchiveContext): Promise<Report> {
  const counts = { files: 0, archived: 0, quarantined: 0, refused: 0, failed: 0 };
  const found = await lookTwice(ctx, context);
  for (const { path: where, reason } of found.faults) ctx.trace(`${where}: stays: ${reason}`);
  for (const { path: where, reason } of found.locked)
    ctx.trace(`${where || 'the hotfolder'}: stays: ${reason}`);
  const reading: ArchiveContext = { ...context, store: { keep: weigh, has: () => true } };
  let known: Known = { sha256: new Map(), uuid: new Map() };
  let stopped = false;
  for (const group of groupsOf(found.ready, ctx.settings)) {
    stopped = await ctx.shouldStop();
    if (stopped) break;
    for (const { takes, refuses, failed } of await prepareGroup(reading, group, ctx.signal)) {
      const files = takes.map(({ prepared }) => prepared);
      const there = await findKnown(ctx.db, context.databox.id, files);
      const all = {
        sha256: new Map([...known.sha256, ...there.sha256]),
        uuid: new Map([...known.uuid, ...there.uuid]),
      };
      const { fresh, soon } = sortOut(files, all);
      known = soon;
      counts.files += files.length;
      counts.archived += fresh.length;
      counts.quarantined += files.length - fresh.length;
      counts.refused += refuses.length;
      counts.failed += failed.length;
      for (const { file, prepared } of takes)
        ctx.trace(
          `${file.path}: would go into ${fresh.includes(prepared) ? prepared.arrival.collection.name : 'quarantine'}`,
        );
      for (const { file, reason } of refuses) ctx.trace(`${file.path}: would be refused: ${reason}`);
    }
    ctx.progress({ step: 'rehearsing', done: counts.files, total: filesIn(found.ready), counts });
  }
  const growing = filesIn([...found.young, ...found.open]);
  return {
    outcome: stopped ? 'stopped' : counts.files + counts.refused > 0 ? 'done' : 'idle',
    counts: { ...counts, ...(growing > 0 ? { growing } : {}) },
    changed: false,
    note: 'a rehearsal: nothing was taken',
  };
}

async function lookTwice(ctx: WorkContext<ArchiveSettings>, context: ArchiveContext): Promise<Survey> {
  const seen = await SeenFiles.read(ctx.db, ctx.task);
  const incidents = await readCurrent(ctx.db, ctx.task);
  const pending = await readPending(ctx.db, ctx.task);
  const taken = new Map(pending.map((row) => [row.path, row]));
  const returned = await readReturnedHere(ctx.db, ctx.task, context.hotfolder);
  const surveyNow = () => survey(ctx.db, { ...ctx.settings, ...context, seen, incidents, taken, returned });
  const first = await surveyNow();
  if (first.wait === null) return first;
  await waitFor(first.wait, ctx.signal);
  return surveyNow();
}

async function weigh(file: string): Promise<{ sha256: string; bytes: number }> {
  return { sha256: await sha256(file), bytes: statSync(file).size };
}
