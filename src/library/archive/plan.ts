import path from 'node:path';
import { exists } from '../../files/move.ts';
import { notFound } from '../../task/not-found.ts';
import { findMarkers } from '../../intake/markers.ts';
import type { Description } from '../ingest/arrival.ts';
import { findCollection, type Collection, type Databox } from '../model/databox.ts';
import { XmlFault } from '../xml/read-xml.ts';
import type { GroupingMatch, Rules } from './rules/match.ts';
import {
  BRANCH_FILE,
  readBranchFile,
  readSmallFile,
  readStoryFile,
  STORY_FILE,
  type BranchFile,
} from './special.ts';
import type { Folder, Odd, Seen, Tree } from './tree.ts';

/** A file that is to be taken in. */
export interface Take {
  file: Seen;
  sidecar?: Seen;
}

/** A file that no rule takes. */
export interface Refusal {
  file: Seen;
  /** Short name of the fault, for its incident. */
  what: string;
  reason: string;
}

/** The story that a folder is. */
interface StoryPlan {
  /** Below the hotfolder. */
  folder: string;
  name: string;
  /** Its number, where the folder remembers it. */
  id?: string;
  /** What describes it. */
  caption?: Seen;
  /** The file that stands for it: its first. */
  representation?: Seen;
  /** What its description says, once that does not grow any more. A story that is there already has its fields. */
  description?: Description;
}

/** Files that are taken together, once none of them grows any more: one with its sidecar, or those of a story. */
export interface Unit {
  collection: Collection;
  takes: Take[];
  refuses: Refusal[];
  story?: StoryPlan;
  /** An XML file that describes no file: it may only be early. */
  lone?: Seen;
  /** Files that must not grow either: they say where this unit goes. */
  guards: readonly Seen[];
}

/** What is the matter with a place of the hotfolder until somebody mends it. */
export interface Fault {
  /** Below the hotfolder. */
  path: string;
  what: Odd['what'] | 'branch' | 'grouping' | 'rule' | 'marker';
  reason: string;
}

/** All kinds of them: each look finds them anew, until somebody mends them. */
export const FAULTS: Fault['what'][] = [
  'branch',
  'grouping',
  'rule',
  'marker',
  'link',
  'name',
  'unreadable',
  'no-file',
];

export interface Plan {
  units: Unit[];
  faults: Fault[];
  /** Branches that a magic file locks, with the reason. */
  locked: { path: string; reason: string }[];
  /** Files that belong to a locked or faulty branch, and those without the marker that the task asks for. */
  held: Seen[];
  /** Marker files whose files are not there. */
  strayMarkers: Seen[];
}

export interface PlanContext {
  hotfolder: string;
  databox: Databox;
  collection: Collection;
  rules: Rules;
  /** The ending of marker files: then only files that have one are taken. */
  marker?: string | undefined;
  /** Paths of files that were taken before and have come back: they have had their marker. */
  returned?: ReadonlyMap<string, unknown>;
}

/** All files of a unit. */
export function filesOf({ takes, refuses, story, lone }: Unit): Seen[] {
  const all = takes.flatMap(({ file, sidecar }) => (sidecar ? [file, sidecar] : [file]));
  all.push(...refuses.map(({ file }) => file));
  if (story?.caption) all.push(story.caption);
  if (lone) all.push(lone);
  // Two files may share a sidecar.
  return [...new Set(all.flatMap((file) => (file.marker ? [file, file.marker] : [file])))];
}

/** Those files of a unit of which no marker says that they are complete. */
export function unmarkedOf({ takes, refuses, story, lone }: Unit): Seen[] {
  const all = takes.flatMap(({ file, sidecar }) => (file.marker ? [] : sidecar ? [file, sidecar] : [file]));
  all.push(...refuses.map(({ file }) => file));
  if (story?.caption) all.push(story.caption);
  if (lone) all.push(lone);
  return [...new Set(all.filter((file) => !file.marker))];
}

/**
 * Decides which files of a hotfolder belong together, where they go, and which are refused; in the order of their
 * paths. Looks into special files only.
 */
export function planTree(context: PlanContext, { root, odd }: Tree): Plan {
  const plan: Plan = { units: [], faults: [...odd], locked: [], held: [], strayMarkers: [] };
  new Planner(context, plan).folder(root, { collection: context.collection, guards: [] }, () => undefined);
  const order = new Map(plan.units.map((unit) => [unit, filesOf(unit)[0]!.path]));
  plan.units.sort((a, b) => (order.get(a)! < order.get(b)! ? -1 : 1));
  return plan;
}

/** What a branch passes on to its folders. */
interface Branch {
  collection: Collection;
  guards: readonly Seen[];
}

/** Takes a file out of those of a folder, by its name. */
type Claim = (name: string) => Seen | undefined;

class Planner {
  private readonly context: PlanContext;
  private readonly plan: Plan;

  constructor(context: PlanContext, plan: Plan) {
    this.context = context;
    this.plan = plan;
  }

  folder(folder: Folder, above: Branch, fromAbove: Claim): void {
    const story = this.storyOf(folder);
    const { files, markers, alone } = findMarkers(folder.files, this.context.marker);
    for (const file of files) {
      const marker = markers.get(file.name);
      if (marker) file.marker = marker;
    }
    this.plan.strayMarkers.push(...alone);
    const left = new Map(files.map((file) => [file.name, file]));
    const fromHere: Claim = (name) => {
      const file = left.get(name);
      left.delete(name);
      return file;
    };
    const claim: Claim = (name) => fromHere(name) ?? fromAbove(name);
    const names: GroupingMatch = story === undefined || story === 'faulty' ? {} : story.names;
    const caption = names.caption === undefined ? undefined : claim(names.caption);
    const representation = names.representation === undefined ? undefined : claim(names.representation);
    const branch = this.branchOf(folder, above, left);
    if (!branch || story === 'faulty') {
      this.plan.held.push(...[caption, representation].filter((file) => file !== undefined));
      if (branch) for (const sub of folder.folders) this.folder(sub, branch, fromHere);
      else this.plan.held.push(...folder.folders.flatMap(allFiles));
      this.plan.held.push(...left.values());
      return;
    }
    for (const sub of folder.folders) this.folder(sub, branch, fromHere);
    if (!story) {
      this.files([...left.values()], branch);
      return;
    }
    const guard = folder.special.get(STORY_FILE);
    const within = guard ? { ...branch, guards: [...branch.guards, guard] } : branch;
    this.files([...left.values(), ...(representation ? [representation] : [])], within, {
      folder: folder.path,
      name: folder.name,
      ...(story.id === undefined ? {} : { id: story.id }),
      ...(caption ? { caption } : {}),
      ...(representation ? { representation } : {}),
    });
  }

  /** Units of a folder's own files: one for each file with its sidecar, or one for all those of a story. */
  private files(files: readonly Seen[], { collection, guards }: Branch, story?: StoryPlan): void {
    const { rules } = this.context;
    const byName = new Map(files.map((file) => [file.name, file]));
    const matches = rules.files([...byName.keys()]);
    const sidecars = findSidecars(byName, matches);
    const owned = new Set(sidecars.values());
    const takes: Take[] = [];
    const add = (unit: Partial<Unit>) =>
      this.plan.units.push({ collection, guards, takes: [], refuses: [], ...unit });
    for (const file of files) {
      if (owned.has(file)) continue;
      if (this.lacksMarker(file)) {
        const sidecar = sidecars.get(file);
        this.plan.held.push(file, ...(sidecar ? [sidecar] : []));
        continue;
      }
      const match = matches.get(file.name);
      const stands = file === story?.representation;
      if (match && 'fault' in match) {
        add({ refuses: [{ file, what: 'rule', reason: match.fault }] });
      } else if (match || stands) {
        const sidecar = sidecars.get(file);
        if (!sidecar && !story && rules.takesAll && isXml(file)) add({ lone: file });
        else takes.push({ file, ...(sidecar ? { sidecar } : {}) });
      } else if (isXml(file)) {
        add({ lone: file });
      } else {
        add({
          refuses: [{ file, what: 'unmatched', reason: 'no rule of the task takes a file of this name' }],
        });
      }
    }
    if (story) {
      if (takes.length > 0 || story.caption) add({ takes, story });
      return;
    }
    for (const together of bySidecar(takes)) add({ takes: together });
  }

  private lacksMarker(file: Seen): boolean {
    const { marker, returned } = this.context;
    return marker !== undefined && !file.marker && !returned?.has(file.path);
  }

  private storyOf(folder: Folder): { names: GroupingMatch; id?: string } | 'faulty' | undefined {
    const mark = folder.special.get(STORY_FILE);
    if (folder.path === '') return undefined;
    // That it is no file is a fault that was found already.
    if (folder.broken.has(STORY_FILE)) return 'faulty';
    try {
      const match = this.context.rules.grouping(folder.name);
      if (!mark) return match && { names: match };
      return { names: match ?? {}, id: readStoryFile(this.read(mark), mark.path) };
    } catch (error) {
      const what = error instanceof XmlFault || mark ? 'grouping' : 'rule';
      this.plan.faults.push({ path: mark?.path ?? folder.path, what, reason: (error as Error).message });
      return 'faulty';
    }
  }

  /** What holds for the files of a folder; undefined when none of the branch is taken now. */
  private branchOf(folder: Folder, above: Branch, left: Map<string, Seen>): Branch | undefined {
    if (folder.broken.has(BRANCH_FILE)) return undefined;
    const file = folder.special.get(BRANCH_FILE);
    if (!file) return above;
    let said: BranchFile;
    let collection: Collection;
    try {
      said = readBranchFile(this.read(file), file.path);
      collection = this.collectionOf(said, above, file);
    } catch (error) {
      this.plan.faults.push({ path: file.path, what: 'branch', reason: (error as Error).message });
      return undefined;
    }
    for (const { method, name } of said.magic) {
      left.delete(name);
      const there = exists(path.join(this.context.hotfolder, folder.path, name));
      if (there === (method === 'unlock')) continue;
      const reason = there ? `${name} is there, and locks it` : `it is locked until ${name} is there`;
      this.plan.locked.push({ path: folder.path, reason });
      return undefined;
    }
    return { collection, guards: [...above.guards, file] };
  }

  private collectionOf({ collection }: BranchFile, above: Branch, file: Seen): Collection {
    if (collection === undefined) return above.collection;
    const { databox } = this.context;
    const found = findCollection(databox, collection);
    if (found) return found;
    const names = databox.collections.map(({ name }) => name).sort();
    throw new XmlFault(file.path, notFound('collection', collection, names, databox.name).message);
  }

  private read(file: Seen): Uint8Array {
    return readSmallFile(path.join(this.context.hotfolder, file.path));
  }
}

/** The sidecar of each file that has one. A file that describes another is not described itself. */
function findSidecars(
  files: ReadonlyMap<string, Seen>,
  matches: ReturnType<Rules['files']>,
): Map<Seen, Seen> {
  const found = new Map<Seen, Seen>();
  const taken = new Set<Seen>();
  for (const [name, file] of files) {
    const match = matches.get(name);
    if (!match || !('captions' in match) || taken.has(file)) continue;
    const sidecar = match.captions
      .map((caption) => files.get(caption))
      .find((other) => other !== undefined && !found.has(other));
    if (!sidecar) continue;
    found.set(file, sidecar);
    taken.add(sidecar);
  }
  return found;
}

/** Files that share a sidecar are taken together. */
function bySidecar(takes: readonly Take[]): Take[][] {
  const groups = new Map<Seen, Take[]>();
  for (const take of takes) {
    const key = take.sidecar ?? take.file;
    groups.set(key, [...(groups.get(key) ?? []), take]);
  }
  return [...groups.values()];
}

function allFiles(folder: Folder): Seen[] {
  return [...folder.files, ...folder.folders.flatMap(allFiles)];
}

const isXml = ({ name }: Seen) => /\.xml$/i.test(name);
