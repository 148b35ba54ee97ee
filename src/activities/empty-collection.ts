import { emptySettings } from '../library/empty/settings.ts';
import { defineKind } from '../task/kind.ts';

/** Empties a collection, once (library spec, empty-collection). */
export const kind = defineKind({
  name: 'emptyCollection',
  aliases: ['empty-collection', 'empty'],
  summary: 'Puts all records of a collection into the trash, then ends for good',
  settings: emptySettings,
  every: '1m',
  look: async (ctx) => (await import('../library/empty/empty.ts')).look(ctx),
  work: async (ctx) => (await import('../library/empty/empty.ts')).empty(ctx),
});
