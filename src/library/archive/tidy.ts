import { createHash } from 'node:crypto';
import { copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { inProgressFilter } from '../../files/in-progress.ts';
import { exists, linkExclusive, remove, withSuffix } from '../../files/move.ts';
import { isGone } from '../../files/scan.ts';
import type { ArchiveSettings } from './archive-settings.ts';
import { BRANCH_FILE, readSmallFile, STORY_FILE } from './special.ts';

/** Copies the special files of a hotfolder's folders along to where their files went, each folder once. */
export class SpecialCopies {
  private readonly done = new Set<string>();
  private readonly hotfolder: string;
  /** One name for all runs over a hotfolder, of which one works at a time: what a killed one left is found again. */
  private readonly draft: string;

  constructor(hotfolder: string) {
    this.hotfolder = hotfolder;
    this.draft = `.regie-copy-${createHash('sha256').update(hotfolder).digest('hex').slice(0, 12)}`;
  }

  /** `folder`: below the hotfolder, and below `kept`. Those above it are seen to as well. */
  async copy(folder: string, kept: string): Promise<void> {
    for (let below = folder; ; below = path.dirname(below)) {
      const own = below === '.' ? '' : below;
      const key = `${kept}\0${own}`;
      if (!this.done.has(key)) {
        this.done.add(key);
        for (const name of [BRANCH_FILE, STORY_FILE])
          await copyOne(path.join(this.hotfolder, own, name), path.join(kept, own, name), this.draft);
      }
      if (own === '') return;
    }
  }
}

async function copyOne(source: string, target: string, draftName: string): Promise<void> {
  if (!lstatSync(source, { throwIfNoEntry: false })?.isFile()) return;
  const content = readSmallFile(source);
  mkdirSync(path.dirname(target), { recursive: true });
  const draft = path.join(path.dirname(target), draftName);
  remove(draft);
  for (let n = 0; ; n += 1) {
    const free = path.join(path.dirname(target), withSuffix(path.basename(target), n));
    if (exists(free)) {
      if (readFileSync(free).equals(content)) return;
      continue;
    }
    copyFileSync(source, draft);
    const linked = await linkExclusive(draft, free);
    remove(draft);
    if (linked === 'linked') return;
  }
}

/**
 * Removes the folders below one that are empty, and that nobody has just made: those of which files were taken, and
 * those that are the same for `stableFor` ms. A folder with a special file is not empty; one with the name of work in progress is
 * left alone.
 */
export function removeEmptyFolders(
  hotfolder: string,
  emptied: ReadonlySet<string>,
  { stableFor, inProgress }: Pick<ArchiveSettings, 'stableFor' | 'inProgress'>,
): number {
  const isInProgress = inProgressFilter(inProgress);
  let removed = 0;
  const visit = (below: string): void => {
    const folder = path.join(hotfolder, below);
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if (isGone(error) || (error as NodeJS.ErrnoException).code === 'EACCES') return;
      throw error;
    }
    for (const entry of entries) {
      if (entry.isDirectory() && !entry.name.startsWith('.') && !isInProgress(entry.name))
        visit(below === '' ? entry.name : `${below}/${entry.name}`);
    }
    if (below === '') return;
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (!stat || (!emptied.has(below) && Date.now() - stat.mtimeMs < stableFor)) return;
    try {
      rmdirSync(folder);
      removed += 1;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (
        code !== 'ENOTEMPTY' &&
        code !== 'EEXIST' &&
        code !== 'EACCES' &&
        code !== 'EPERM' &&
        !isGone(error)
      )
        throw error;
    }
  };
  visit('');
  return removed;
}
