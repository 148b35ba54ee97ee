import { stabilityWarnings } from '../../intake/stability-settings.ts';
import { batchFolders, batchSettings } from './batch-settings.ts';
import { librarySection } from '../library-settings.ts';
import { defineKind } from '../../task/kind.ts';

/** `batchUpload`: files that come together, with a manifest, into the library (docs/library.md). */
const quarantine = async () => (await import('../quarantine/quarantine-incidents.ts')).own;

export const batchUpload = defineKind({
  name: 'batchUpload',
  aliases: ['batch-upload', 'batch', 'upload'],
  summary: 'Takes batches of files with their manifest into the library, from a drop folder and over HTTP',
  settings: batchSettings,
  dependsOn: [librarySection.key],
  formerSettings: { settle: 'stableFor', 'http.patience': 'http.idleTimeout' },
  every: '30s',
  folders: (settings, root) => {
    const { drop, done, failed } = batchFolders(root, settings);
    return [drop, done, failed];
  },
  warnings: ({ settings, config }) => stabilityWarnings(batchFolders(config.root, settings).drop, settings),
  // The domain is imported when a worker needs it: the command line asks only for names.
  poll: async (ctx) => (await import('./poll-drop.ts')).poll(ctx),
  waiting: async (ctx) => (await import('./poll-drop.ts')).waitingIn(ctx),
  incidents: {
    own: {
      list: async (ctx) => (await quarantine()).list(ctx),
      retry: async (ctx, incident) => (await quarantine()).retry(ctx, incident),
      close: async (ctx, incident) => (await quarantine()).close(ctx, incident),
    },
    retry: async (_, incident) => (await import('./batch-incidents.ts')).retryBatch(incident),
  },
  attention: async (ctx) => (await import('./batch-attention.ts')).attention(ctx),
  work: async (ctx) => (await import('./upload-batches.ts')).uploadBatches(ctx),
  serve: async (ctx) => (await import('./http/serve-endpoint.ts')).serve(ctx),
});
