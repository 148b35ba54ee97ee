import { withFolderLock } from '../../intake/folder-lock.ts';
import type { Report, WorkContext } from '../../task/kind.ts';
import { MetadataReader } from '../metadata/exiftool.ts';
import { needCollection, needDatabox } from '../model/databox.ts';
import { syncLibrary } from '../model/sync.ts';
import { OriginalStore } from '../originals/store.ts';
import { storageFolder } from '../library-settings.ts';
import type { ArchiveContext } from './archive-context.ts';
import { prepareFolders } from './archive-folders.ts';
import { rehearse } from './rehearse-archive.ts';
import { Rules } from './rules/match.ts';
import { ArchiveRun } from './archive-run.ts';
import { archiveFolders, type ArchiveSettings, type Folders } from './archive-settings.ts';
import { librarySection } from '../library-settings.ts';

/**
 * Takes the files of a hotfolder into a collection (docs/library.md). Those of a group are copied, hashed and looked
 * into first; one transaction writes what becomes of them all; then they go to `_archived`, or `_error`, and what a
 * killed run left undone there comes first. Files that may still grow are waited for once, when that is short. With
 * `options.tmp` it says what it would do, and touches nothing.
 *
 * Throws when the database, the storage or a disk fails, and the signal's reason when it is aborted; a file that cannot
 * be taken is no reason to throw.
 */
export async function archive(ctx: WorkContext<ArchiveSettings>): Promise<Report> {
  const folders = archiveFolders(ctx.config.root, ctx.settings);
  const storage = storageFolder(ctx.config.root, librarySection.of(ctx.config));
  const blockedBy = prepareFolders(folders, storage);
  if (blockedBy !== undefined) return { outcome: 'waiting', counts: {}, changed: false, note: blockedBy };
  const report = await withFolderLock(ctx.db, 'library.hotfolder', folders.hotfolder, () =>
    archiveFrom(ctx, folders, storage),
  );
  if (report) return report;
  const note = `another run is taking files from ${folders.hotfolder}`;
  return { outcome: 'waiting', counts: {}, changed: false, note };
}

async function archiveFrom(
  ctx: WorkContext<ArchiveSettings>,
  folders: Folders,
  storage: string,
): Promise<Report> {
  const reader = new MetadataReader();
  try {
    await syncLibrary(ctx.db, librarySection.of(ctx.config));
    const databox = await needDatabox(ctx.db, ctx.settings.databox);
    const { checks, embedded, rules } = ctx.settings;
    const store = new OriginalStore(storage);
    const context: ArchiveContext = {
      databox,
      collection: needCollection(databox, ctx.settings.collection),
      hotfolder: folders.hotfolder,
      rules: new Rules(rules),
      store,
      storage,
      reader,
      checks,
      embedded,
      settings: ctx.settings,
    };
    if (ctx.options.tmp === true) return await rehearse(ctx, context);
    store.sweep();
    return await new ArchiveRun(ctx, folders, context).start();
  } finally {
    await reader.close();
  }
}
