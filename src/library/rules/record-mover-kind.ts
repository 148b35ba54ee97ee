import { librarySection } from '../library-settings.ts';
import { defineKind } from '../../task/kind.ts';
import { moverSettings } from './rule-settings.ts';

const refusals = async () => (await import('./rule-incidents.ts')).own;

/** Moves, marks, trashes and deletes records by rules: expired documents (docs/library.md). */
export const recordMover = defineKind({
  name: 'recordMover',
  aliases: ['record-mover', 'mover', 'recordmover', 'rules'],
  summary: 'Moves records between collections, sets their status bits, trashes or deletes them, by rules',
  settings: moverSettings,
  dependsOn: [librarySection.key],
  every: '10m',
  poll: async (ctx) => (await import('./mover.ts')).poll(ctx),
  incidents: {
    own: {
      list: async (ctx) => (await refusals()).list(ctx),
      retry: async (ctx, incident) => (await refusals()).retry(ctx, incident),
      close: async (ctx, incident) => (await refusals()).close(ctx, incident),
    },
  },
  attention: async ({ db, task }) => (await import('./refusals.ts')).attention(db, task),
  work: async (ctx) => (await import('./mover.ts')).move(ctx),
});
