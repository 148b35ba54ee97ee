import path from 'node:path';
import { defineKind } from '../task/kind.ts';
import {
  destinationsSection,
  exportDefaultsSection,
  exportSettings,
  sourcesSection,
} from './export-settings.ts';

const commands = () => import('./ledger/decide-period.ts');

/** Which day, month or operation a command is about. */
const period = {
  value: 'which',
  summary: 'day, month or operation (default: the only one that waits for it)',
};

/** `export`: a file of a database, made once a business day, checked and delivered (docs/exports.md). */
const incidents = async () => (await import('./ledger/export-incidents.ts')).own;

export const exportKind = defineKind({
  name: 'export',
  aliases: [],
  summary: 'Makes a file of a database once a business day, checks it, and delivers it',
  settings: exportSettings,
  dependsOn: [sourcesSection.key, destinationsSection.key, exportDefaultsSection.key],
  every: '1h',
  // The domain is imported when a worker needs it: the command line asks only for names.
  calendar: async (ctx) => (await import('./described.ts')).exportCalendar(ctx),
  folders: (_, root, config) => [path.resolve(root, exportDefaultsSection.of(config).folder)],
  fault: async (ctx) => (await import('./export-faults.ts')).faultOf(ctx),
  poll: async (ctx) => (await import('./poll-ledger.ts')).poll(ctx),
  waiting: async (ctx) => (await import('./ledger/export-attention.ts')).waiting(ctx),
  attention: async (ctx) => (await import('./ledger/export-attention.ts')).attention(ctx),
  incidents: {
    own: {
      list: async (ctx) => (await incidents()).list(ctx),
      retry: async (ctx, incident, by) => (await incidents()).retry(ctx, incident, by),
      close: async (ctx, incident, by, note) => (await incidents()).close(ctx, incident, by, note),
    },
  },
  runOptions: {
    day: { value: 'yyyy-mm-dd', summary: 'the business day (default: today)' },
    month: { value: 'yyyy-mm', summary: 'of a monthly export: the month that it is about' },
    operation: { value: 'segment', summary: 'of an export at the end of an operation' },
  },
  commands: {
    release: {
      summary: 'deliver a file that its check holds; takes {period, reason, by}',
      options: { period },
      run: async (ctx, args, by) => (await commands()).release(ctx, args, by),
    },
    discard: {
      summary: 'deliver a file to nobody, or accept a missed day; takes {period, reason, by}',
      options: { period },
      run: async (ctx, args, by) => (await commands()).discard(ctx, args, by),
    },
    redeliver: {
      summary: 'send a file again to those who have not got it; takes {period, force, reason, by}',
      options: { period, force: { summary: 'also where it may have arrived, or has; written down' } },
      run: async (ctx, args, by) => (await commands()).redeliver(ctx, args, by),
    },
    confirm: {
      summary: 'say that a file whose delivery is unknown has arrived; takes {period, reason, by}',
      options: { period },
      run: async (ctx, args, by) => (await commands()).confirm(ctx, args, by),
    },
  },
  request: async (ctx, options, by) => (await import('./run-request.ts')).request(ctx, options, by),
  work: async (ctx) => (await import('./run/run-periods.ts')).runExport(ctx),
  serve: async (ctx) => (await import('./watch-ledger.ts')).serve(ctx),
});
