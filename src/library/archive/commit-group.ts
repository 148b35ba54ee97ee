import path from 'node:path';
import type { ClientBase } from 'pg';
import { TargetNames } from '../../intake/target-names.ts';
import { unwatch } from '../../intake/watched-files.ts';
import type { Disposition, Who } from '../ingest/arrival.ts';
import { commit } from '../ingest/commit.ts';
import type { IngestContext } from '../ingest/prepare.ts';
import type { ReadyTake, ReadyUnit } from './archive-group.ts';
import { writeIntake, type IntakeRow, type Pending } from './intake.ts';
import { reporterOf } from './archive-incidents.ts';
import { openIncidents, resolveIncidents } from '../../incidents/write-incidents.ts';
import { leaveRefused } from './seen-files.ts';
import type { Refusal } from './plan.ts';
import { nameOf, REPORT, type ArchiveSettings, type Folders } from './archive-settings.ts';
import { createStory } from './story.ts';
import type { Seen } from './tree.ts';
import type { ReturnedHere } from './watch.ts';

export interface GroupContext extends Pick<IngestContext, 'databox' | 'store'> {
  task: string;
  run: string;
  folders: Folders;
  settings: Pick<ArchiveSettings, 'keepArchived' | 'keepRefused' | 'status'>;
  /** Stories that were made in this run, by their folders. */
  stories: ReadonlyMap<string, string>;
  /** Files that were taken before and have come back, by their paths. */
  returned: ReadonlyMap<string, ReturnedHere>;
}

/** What was committed of a group. */
export interface GroupOutcome {
  /** Files that have yet to go where they belong. */
  pending: Pending[];
  dispositions: { file: Seen; disposition: Disposition; unknown: string[]; fault?: string }[];
  refused: Refusal[];
  stories: { folder: string; id: string }[];
}

/**
 * Decides what becomes of the files of a group, and writes it: records, quarantine, ledger, incidents; within the
 * caller's transaction. Nothing is moved yet.
 */
export async function commitGroup(
  db: ClientBase,
  context: GroupContext,
  units: readonly ReadyUnit[],
): Promise<GroupOutcome> {
  const who: Who = { task: context.task, run: context.run };
  const targetNames = new TargetNames([REPORT]);
  const rows: IntakeRow[] = [];
  const committed: GroupOutcome = { pending: [], dispositions: [], refused: [], stories: [] };
  // Theirs only once they are committed.
  const stories = new Map(context.stories);
  for (const unit of units) {
    const made = await joinStory(db, { ...context, stories }, unit, who);
    if (!made) continue;
    stories.set(made.folder, made.id);
    committed.stories.push(made);
    rows.push(storyRow(made));
    const { caption } = unit.story!;
    if (caption)
      rows.push({
        file: caption,
        disposition: 'sidecar',
        target: targetsOf(context, [caption], targetNames)[0]!,
      });
  }
  const takes = units.flatMap((unit) => unit.takes);
  for (const { file, prepared } of takes) {
    const back = context.returned.get(file.path);
    const { record, quarantine } = (back?.inode === file.inode ? back.before : undefined) ?? {};
    if (record) prepared.arrival.replaces = { record };
    else if (quarantine) prepared.arrival.replaces = { quarantine };
  }
  const dispositions = await commit(
    db,
    context,
    takes.map(({ prepared }) => prepared),
    who,
  );
  const dispositionOf = new Map(takes.map((take, index) => [take, dispositions[index]!]));
  for (const unit of units) {
    rows.push(...takenRows(context, unit, dispositionOf, targetNames));
    const refusals = [...unit.refuses, ...lateCaption(unit)];
    rows.push(...refusals.map((refusal) => refusedRow(context, refusal, targetNames)));
    committed.refused.push(...refusals);
  }
  for (const take of takes) {
    const { unknown, fault } = take.prepared;
    committed.dispositions.push({
      file: take.file,
      disposition: dispositionOf.get(take)!,
      unknown,
      ...(fault ? { fault } : {}),
    });
  }
  rows.push(...markerRows(context, rows, targetNames));
  committed.pending = await writeIntake(db, context.task, context.run, rows);
  await unwatch(
    db,
    rows.flatMap(({ file }) => context.returned.get(file.path) ?? []),
  );
  await writeIncidents(db, context, rows);
  return committed;
}

/** Makes the story of a unit when it is new; sees to it that its records join it. Gives it when it was made. */
async function joinStory(
  db: ClientBase,
  context: GroupContext,
  { story, takes, collection }: ReadyUnit,
  who: Who,
): Promise<{ folder: string; id: string } | undefined> {
  if (!story || takes.length === 0) return undefined;
  const known = story.id ?? context.stories.get(story.folder);
  const { name, description } = story;
  const id = known ?? (await createStory(db, context, { name, collection, description }, who));
  for (const { file, prepared } of takes)
    prepared.arrival.story = { id, first: file.path === story.representation?.path };
  return known === undefined ? { folder: story.folder, id } : undefined;
}

/** Ledger rows of the files of a unit that are taken, and of what describes them. */
function takenRows(
  context: GroupContext,
  { takes, failed }: ReadyUnit,
  dispositionOf: ReadonlyMap<ReadyTake, Disposition>,
  targetNames: TargetNames,
): IntakeRow[] {
  const rows: IntakeRow[] = [];
  const placed = new Set<Seen>();
  for (const take of takes) {
    const { file, sidecar, prepared } = take;
    // A description that another file still needs stays with it.
    const needed = failed.some((other) => other.sidecar === sidecar);
    const along = sidecar && !needed && !placed.has(sidecar) ? [sidecar] : [];
    const targets = targetsOf(context, [file, ...along], targetNames);
    const disposition = dispositionOf.get(take)!;
    rows.push({
      file,
      disposition: disposition.what,
      sha256: prepared.original.sha256,
      unknown: prepared.unknown,
      target: targets[0]!,
      ...(disposition.what === 'record'
        ? { record: disposition.record }
        : { quarantine: disposition.quarantine }),
    });
    for (const each of along) {
      placed.add(each);
      rows.push({ file: each, describes: file.path, disposition: 'sidecar', target: targets[1]! });
    }
  }
  return rows;
}

/** Markers go with the files of which they say that they are complete. */
function markerRows(
  { folders }: Pick<GroupContext, 'folders'>,
  rows: readonly IntakeRow[],
  targetNames: TargetNames,
): IntakeRow[] {
  return rows.flatMap(({ file: { marker }, target, stays }): IntakeRow[] => {
    if (!marker || stays) return [];
    if (target === null) return [{ file: marker, disposition: 'sidecar', target }];
    const beside = path.join(path.dirname(path.resolve(folders.root, target)), marker.name);
    return [{ file: marker, disposition: 'sidecar', target: nameOf(folders, targetNames.choose(beside)) }];
  });
}

/** A description that comes when its story is there. */
function lateCaption({ story }: ReadyUnit): Refusal[] {
  if (!story?.caption || story.id === undefined) return [];
  const reason = 'its story is there already; a description is read when the story is made';
  return [{ file: story.caption, what: 'late-description', reason }];
}

function storyRow({ folder, id }: { folder: string; id: string }): IntakeRow {
  const file = { name: path.basename(folder), path: folder, bytes: 0, mtimeNs: 0n, inode: 0n };
  return { file, disposition: 'story', record: id, target: null };
}

function refusedRow(
  { folders, settings }: GroupContext,
  { file, what, reason }: Refusal,
  targetNames: TargetNames,
): IntakeRow {
  const row = { file, disposition: 'refused', what, reason } as const;
  if (!settings.keepRefused) return { ...row, target: null, stays: true };
  const target = targetNames.choose(path.join(folders.refused, file.path));
  return { ...row, target: nameOf(folders, target) };
}

function targetsOf(
  { folders, settings }: GroupContext,
  files: readonly Seen[],
  targetNames: TargetNames,
): (string | null)[] {
  if (!settings.keepArchived) return files.map(() => null);
  const targets = targetNames.chooseTogether(files.map((file) => path.join(folders.archived, file.path)));
  return targets.map((target) => nameOf(folders, target));
}

async function writeIncidents(
  db: ClientBase,
  { task, run, folders }: GroupContext,
  rows: readonly IntakeRow[],
): Promise<void> {
  const refused = rows.filter(({ disposition }) => disposition === 'refused');
  await openIncidents(
    db,
    reporterOf({ task, run }),
    refused.map(({ file, what, reason, target }) => ({
      subject: file.path,
      what: what!,
      reason: reason!,
      kept: target === null ? undefined : path.resolve(folders.root, target),
    })),
  );
  await leaveRefused(
    db,
    task,
    refused.filter(({ stays }) => stays).map(({ file }) => file),
  );
  await resolveIncidents(
    db,
    task,
    rows.filter(({ disposition }) => disposition !== 'refused').map(({ file }) => file.path),
  );
}
