import path from 'node:path';
import type { ClientBase, Pool } from 'pg';
import { inProgressFilter } from '../../files/in-progress.ts';
import { exists } from '../../files/move.ts';
import { markedBy } from '../../intake/markers.ts';
import { stableTime } from '../../intake/stability.ts';
import { openAmong } from '../../intake/stable-files.ts';
import { readSidecar } from '../ingest/sidecar.ts';
import { LONGEST_WAIT } from './archive-context.ts';
import { isDescription } from './describe-unit.ts';
import type { CurrentIncident } from '../../incidents/read-incidents.ts';
import type { SeenFiles } from './seen-files.ts';
import { filesOf, planTree, unmarkedOf, type Fault, type Plan, type PlanContext, type Unit } from './plan.ts';
import { BRANCH_FILE, readSmallFile, STORY_FILE } from './special.ts';
import { isSame, type FileIdentity } from '../../intake/file-identity.ts';
import { scanTree, type Folder, type Seen } from './tree.ts';

export interface SurveyContext extends PlanContext {
  /** Masks of names. */
  inProgress: readonly string[];
  /** ms. */
  stableFor: number;
  sidecarWait: number;
  seen: SeenFiles;
  incidents: ReadonlyMap<string, CurrentIncident>;
  /** Files that are taken, and still stand in the hotfolder. */
  taken: ReadonlyMap<string, FileIdentity>;
}

/** What one look at a hotfolder found. */
export interface Survey {
  /** Files that can be taken now. */
  ready: Unit[];
  /** Files of which one may still grow: it has not been the same for long enough … */
  young: Unit[];
  /** … or a process of this machine has it open for writing. */
  open: Unit[];
  /** When the young ones could be taken, ms from now, those left out that take longer than `LONGEST_WAIT`; null when none can. */
  wait: number | null;
  /** Descriptions whose files may come yet, and files that are tried again later. */
  later: Unit[];
  faults: Fault[];
  locked: Plan['locked'];
  /** All files that somebody waits for to be taken: not those that were refused and stay. */
  waiting: Seen[];
  /** How many files and folders are left alone, by their names. */
  inProgress: number;
}

/** Looks at a hotfolder and tells which of its files can be taken now. */
export async function survey(db: ClientBase | Pool, context: SurveyContext): Promise<Survey> {
  const began = performance.now();
  const tree = await scanTree(context.hotfolder, inProgressFilter(context.inProgress));
  const { seen } = context;
  seen.update(everyFile(tree.root));
  for (const { subject, state, muted, closedFor } of context.incidents.values()) {
    if (state === 'retrying') seen.release(subject);
    if (muted && closedFor !== null) seen.dismiss(subject, closedFor);
  }
  passOver(tree.root, (file) => seen.isRefused(file) || isTaken(file, context.taken));
  const plan = planTree(context, tree);
  const lost = await findLostStories(db, context, plan.units);
  const found: Survey = {
    ready: [],
    young: [],
    open: [],
    wait: null,
    later: [],
    faults: [...plan.faults, ...lost.values()],
    locked: plan.locked,
    waiting: [...plan.held, ...plan.units.flatMap(filesOf)],
    inProgress: tree.inProgress,
  };
  for (const unit of plan.units) {
    if (lost.has(unit)) continue;
    const remaining = remainingTime(unit, context, began);
    const state = readiness(unit, context, began, remaining);
    if (state === 'young' && remaining <= LONGEST_WAIT) found.wait = Math.max(found.wait ?? 0, remaining);
    const fault = state === 'ready' ? describeStory(unit, context) : undefined;
    if (fault) found.faults.push(fault);
    else found[state].push(unit);
  }
  const forgotten = plan.strayMarkers.filter(
    (file) => seen.age(file, began) >= context.sidecarWait && !marksAnything(file, context),
  );
  found.faults.push(...forgotten.map((file) => strayMarker(file, context)));
  return leaveOpen(found, context.hotfolder);
}

/** Sets those aside that somebody of this machine has open for writing, however long they have been the same. */
async function leaveOpen(found: Survey, hotfolder: string): Promise<Survey> {
  const files = found.ready.flatMap(unmarkedOf);
  const open = await openAmong(
    hotfolder,
    files.map(({ path: name, inode }) => ({ name, inode })),
  );
  if (open.size === 0) return found;
  const isOpen = (unit: Unit) => unmarkedOf(unit).some((file) => open.has(file.path));
  return { ...found, ready: found.ready.filter((unit) => !isOpen(unit)), open: found.ready.filter(isOpen) };
}

/** A file that was refused and stays has a marker still. */
function marksAnything({ path: marker }: Seen, context: SurveyContext): boolean {
  return exists(path.join(context.hotfolder, markedBy(marker, context.marker!)!));
}

function strayMarker({ name, path: where }: Seen, { marker }: SurveyContext): Fault {
  const reason = `it says that ${markedBy(name, marker!)} is complete, which is not there; send that file, or remove this one`;
  return { path: where, what: 'marker', reason };
}

/** Reads what describes a new story. One that is no good holds up the story until it is mended. */
function describeStory({ story }: Unit, { hotfolder }: SurveyContext): Fault | undefined {
  if (!story?.caption || story.id !== undefined) return undefined;
  const where = story.caption.path;
  try {
    story.description = readSidecar(readSmallFile(path.join(hotfolder, where)), where);
    return undefined;
  } catch (error) {
    return { path: where, what: 'grouping', reason: (error as Error).message };
  }
}

/** Every file of a tree, special ones too. */
function* everyFile(folder: Folder): Generator<Seen> {
  yield* folder.files;
  yield* folder.special.values();
  for (const sub of folder.folders) yield* everyFile(sub);
}

function passOver(folder: Folder, which: (file: Seen) => boolean): void {
  folder.files = folder.files.filter((file) => !which(file));
  for (const sub of folder.folders) passOver(sub, which);
}

function isTaken(file: Seen, taken: SurveyContext['taken']): boolean {
  const before = taken.get(file.path);
  return before !== undefined && isSame(before, file);
}

/** How long the files of a unit, and what says where they go, must stay the same yet, ms. */
function remainingTime(unit: Unit, { seen, stableFor }: SurveyContext, at: number): number {
  const unmarked = unmarkedOf(unit);
  if (unmarked.length === 0) return 0;
  const files = unmarked.map((file) => stableTime(file, stableFor) - seen.age(file, at));
  // What only has to be there may be empty.
  const guards = unit.guards.map((file) => stableFor - seen.age(file, at));
  return [...files, ...guards].reduce((most, each) => Math.max(most, each), 0);
}

function readiness(
  unit: Unit,
  context: SurveyContext,
  at: number,
  remaining: number,
): 'ready' | 'young' | 'later' {
  const { seen, incidents, sidecarWait } = context;
  if (filesOf(unit).some(({ path: subject }) => incidents.get(subject)?.later)) return 'later';
  if (remaining > 0) return 'young';
  // A description of a story of which nothing has come.
  if (unit.story && unit.story.id === undefined && unit.takes.length === 0) return 'later';
  const { lone } = unit;
  return lone && seen.age(lone, at) < sidecarWait && isDescription(lone, context) ? 'later' : 'ready';
}

/** Stories that folders remember and that are not there any more, or are another databox's. */
async function findLostStories(
  db: ClientBase | Pool,
  { databox }: PlanContext,
  units: readonly Unit[],
): Promise<Map<Unit, Fault>> {
  const remembering = units.filter(({ story }) => story?.id !== undefined);
  if (remembering.length === 0) return new Map();
  const { rows } = await db.query<{ id: string }>(
    `select id from library.record
     where id = any($1) and databox_id = $2 and type = 'story' and trashed_at is null`,
    [remembering.map(({ story }) => story!.id), databox.id],
  );
  const there = new Set(rows.map(({ id }) => id));
  return new Map(
    remembering
      .filter(({ story }) => !there.has(BigInt(story!.id!).toString()))
      .map((unit) => {
        const { folder, id } = unit.story!;
        const reason = `databox ${databox.name} has no story ${id}; remove this file to begin a new story with the files of its folder`;
        return [unit, { path: `${folder}/${STORY_FILE}`, what: 'grouping', reason }];
      }),
  );
}

/** What holds up a whole hotfolder, as a sentence for the operator. */
export function whatHolds({ faults, locked }: Survey, hotfolder: string): string | undefined {
  const fault = faults.find(({ path: where }) => where === BRANCH_FILE);
  if (fault) return `the hotfolder ${hotfolder}: ${fault.reason}`;
  const lock = locked.find(({ path: where }) => where === '');
  return lock && `the hotfolder ${hotfolder}: ${lock.reason}`;
}
