import { defineKind } from '../../task/kind.ts';
import { remoteStabilityWarnings } from '../../intake/stability-settings.ts';
import { pullFolders, pullSettings, sourceAddress } from './pull-settings.ts';

/** `ftpPull`: the files of an FTP server, into a hotfolder (docs/library.md). */
export const ftpPull = defineKind({
  name: 'ftpPull',
  aliases: ['ftp-pull', 'ftppull', 'pull'],
  summary: 'Fetches the files of an FTP server into a folder, each once and complete',
  settings: pullSettings,
  formerSettings: { settle: 'stableFor' },
  every: '15m',
  folders: (settings, root) => {
    const { local, work } = pullFolders(root, settings);
    return [local, work];
  },
  warnings: ({ settings }) =>
    // A server of this machine is near enough.
    /^(?:127\.|localhost$|::1$)/.test(settings.host)
      ? []
      : remoteStabilityWarnings(sourceAddress(settings), settings.stableFor, settings.marker),
  // The domain is imported when a worker needs it: the command line asks only for names.
  poll: async (ctx) => (await import('./poll-source.ts')).poll(ctx),
  work: async (ctx) => (await import('./pull.ts')).pull(ctx),
});
