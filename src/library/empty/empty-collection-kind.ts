import { emptySettings } from './empty-collection-settings.ts';
import { librarySection } from '../library-settings.ts';
import { defineKind } from '../../task/kind.ts';

/** Empties a collection, once (docs/library.md). */
export const emptyCollection = defineKind({
  name: 'emptyCollection',
  aliases: ['empty-collection', 'empty'],
  summary: 'Puts all records of a collection into the trash, then ends for good',
  settings: emptySettings,
  dependsOn: [librarySection.key],
  every: '1m',
  poll: async (ctx) => (await import('./empty.ts')).poll(ctx),
  work: async (ctx) => (await import('./empty.ts')).empty(ctx),
});
