import { stabilityWarnings } from '../../intake/stability-settings.ts';
import { weatherSection } from '../weather-settings.ts';
import { defineKind } from '../../task/kind.ts';
import { loadFolders, loadSettingsWith } from './load-settings.ts';

/** `svcLoadJson`: the JSON files of weather stations, from the inbox into PostgreSQL. */
export const loadJson = defineKind({
  name: 'loadJson',
  aliases: ['svcAutoLoad', 'autoload', 'auto', 'obs', 'observation', 'load', 'loadjson', 'json'],
  summary: 'Loads the JSON files that weather stations send, from the inbox into the database',
  settings: (sections) => loadSettingsWith(weatherSection.of({ sections }).formats),
  dependsOn: [weatherSection.key],
  formerSettings: { settle: 'stableFor' },
  every: '30s',
  folders: (settings, root) => {
    const { inbox, work, archive, failed } = loadFolders(root, settings);
    return [inbox, work, archive, failed];
  },
  warnings: ({ settings, config }) => stabilityWarnings(loadFolders(config.root, settings).inbox, settings),
  // The domain is imported when a worker needs it: the command line asks only for names.
  poll: async (ctx) => (await import('./poll-inbox.ts')).poll(ctx),
  waiting: async (ctx) => (await import('./poll-inbox.ts')).waitingIn(ctx),
  incidents: { retry: async (ctx, incident) => (await import('./put-back.ts')).retryIncident(ctx, incident) },
  work: async (ctx) => (await import('./load-run.ts')).load(ctx),
});
