import { stabilityWarnings } from '../../intake/stability-settings.ts';
import { archiveFolders, archiveSettings } from './archive-settings.ts';
import { librarySection } from '../library-settings.ts';
import { defineKind } from '../../task/kind.ts';

const quarantine = async () => (await import('../quarantine/quarantine-incidents.ts')).own;

/** `archive`: files of a hotfolder become records of a collection (docs/library.md). */
export const archive = defineKind({
  name: 'archive',
  aliases: ['archiver', 'arch', 'hotfolder'],
  summary: 'Takes the files of a hotfolder into a collection of the library',
  settings: archiveSettings,
  dependsOn: [librarySection.key],
  formerSettings: { cold: 'stableFor' },
  every: '60s',
  folders: (settings, root) => {
    const { hotfolder, archived, refused } = archiveFolders(root, settings);
    return [hotfolder, archived, refused];
  },
  warnings: ({ settings, config }) =>
    stabilityWarnings(archiveFolders(config.root, settings).hotfolder, settings),
  // The domain is imported when a worker needs it: the command line asks only for names.
  poll: async (ctx) => (await import('./poll-hotfolder.ts')).poll(ctx),
  waiting: async (ctx) => (await import('./poll-hotfolder.ts')).waitingIn(ctx),
  incidents: {
    own: {
      list: async (ctx) => (await quarantine()).list(ctx),
      retry: async (ctx, incident) => (await quarantine()).retry(ctx, incident),
      close: async (ctx, incident) => (await quarantine()).close(ctx, incident),
    },
    retry: async ({ config, settings }, incident) =>
      (await import('./put-file-back.ts')).putBack(incident, archiveFolders(config.root, settings).hotfolder),
  },
  attention: async (ctx) => (await import('./archive-attention.ts')).attention(ctx.db, ctx.task),
  work: async (ctx) => (await import('./run-archive.ts')).archive(ctx),
});
