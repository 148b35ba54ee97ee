import { defineKind } from '../task/kind.ts';
import { loadFolders, loadSettings } from '../weather/load/settings.ts';

/** `svcLoadJson`: the JSON files of weather stations, from the inbox into PostgreSQL (weather spec §1–2). */
export const kind = defineKind({
  name: 'loadJson',
  aliases: ['svcAutoLoad', 'autoload', 'auto', 'obs', 'observation', 'load', 'loadjson', 'json'],
  summary: 'Loads the JSON files that weather stations send, from the inbox into the database',
  settings: loadSettings,
  every: '30s',
  folders: (settings, root) => {
    const { inbox, work, archive, failed } = loadFolders(root, settings);
    return [inbox, work, archive, failed];
  },
  // The domain is imported when a worker needs it: the command line asks only for names.
  look: async (ctx) => (await import('../weather/load/look.ts')).look(ctx),
  attention: async (ctx) => (await import('../weather/load/attention.ts')).attention(ctx.db),
  work: async (ctx) => (await import('../weather/load/load.ts')).load(ctx),
});
