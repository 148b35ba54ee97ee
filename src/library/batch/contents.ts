import { lstatSync } from 'node:fs';
import path from 'node:path';
import { scan, type Arrival } from '../../files/scan.ts';
import { ANSWER_FILE } from './answer/answer-file.ts';
import { shown } from './manifest/manifest.ts';

/** What is in a batch's folder: regular files, reached by no link. */
export class Contents {
  /** By their paths below the folder. */
  readonly files: readonly Arrival[];
  private readonly byName = new Map<string, Arrival>();

  constructor(files: readonly Arrival[]) {
    this.files = files;
    for (const file of files) this.byName.set(file.name.normalize(), file);
    for (const file of files) this.byName.set(file.name, file);
  }

  /** Names of those in the folder itself. */
  get top(): string[] {
    return this.files.map(({ name }) => name).filter((name) => !name.includes('/'));
  }

  /** The file that a manifest names so: some senders decompose accents in names, others compose them. */
  find(named: string): Arrival | undefined {
    return this.byName.get(named) ?? this.byName.get(named.normalize());
  }
}

export async function contentsOf(folder: string): Promise<Contents> {
  return new Contents(await scan(folder, () => true));
}

/** Why a file that a manifest names is not among the contents: a sentence. */
export function whyMissing(folder: string, named: string): string {
  let below = '';
  for (const part of named.split('/')) {
    below = path.join(below, part);
    const stat = lstatSync(path.join(folder, below), { throwIfNoEntry: false });
    if (!stat) return `there is no file ${JSON.stringify(named)} in the batch's folder`;
    if (stat.isSymbolicLink()) return `${JSON.stringify(below)} is a link; expected the file itself`;
    if (!stat.isDirectory()) break;
  }
  return `${JSON.stringify(below)} is no file`;
}

/** As many as an answer names. */
const MOST_UNNAMED = 100;

/** Files of a batch that its manifest does not name, and that we have not put there. */
export function unnamedIn(
  contents: Contents,
  entries: readonly { path: string | null }[],
  manifestFile: string,
): string[] {
  const named = new Set([manifestFile, ANSWER_FILE]);
  for (const { path: where } of entries) {
    const file = where === null ? undefined : contents.find(where);
    if (file) named.add(file.name);
  }
  const others = contents.files.filter(({ name }) => !named.has(name));
  return others.slice(0, MOST_UNNAMED).map(({ name }) => shown(name));
}
