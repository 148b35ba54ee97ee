import { archiveFolders, archiveSettings } from '../library/archive/settings.ts';
import { defineKind } from '../task/kind.ts';

/** `archive`: files of a hotfolder become records of a collection (spec/library.md §2). */
export const kind = defineKind({
  name: 'archive',
  aliases: ['archiver', 'arch', 'hotfolder'],
  summary: 'Takes the files of a hotfolder into a collection of the library',
  settings: archiveSettings,
  every: '60s',
  folders: (settings, root) => {
    const { hotfolder, archived, refused } = archiveFolders(root, settings);
    return [hotfolder, archived, refused];
  },
  // The domain is imported when a worker needs it: the command line asks only for names.
  look: async (ctx) => (await import('../library/archive/look.ts')).look(ctx),
  attention: async (ctx) => (await import('../library/archive/attention.ts')).attention(ctx.db, ctx.task),
  work: async (ctx) => (await import('../library/archive/archive.ts')).archive(ctx),
});
