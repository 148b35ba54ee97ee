import { defineKind } from '../task/kind.ts';
import { moverSettings } from '../library/rules/settings.ts';

/** Moves, marks, trashes and deletes records by rules: expired documents (library spec, record-mover). */
export const kind = defineKind({
  name: 'recordMover',
  aliases: ['record-mover', 'mover', 'recordmover', 'rules'],
  summary: 'Moves records between collections, sets their status bits, trashes or deletes them, by rules',
  settings: moverSettings,
  every: '10m',
  look: async (ctx) => (await import('../library/rules/mover.ts')).look(ctx),
  attention: async ({ db, task }) => (await import('../library/rules/refusals.ts')).attention(db, task),
  work: async (ctx) => (await import('../library/rules/mover.ts')).move(ctx),
});
