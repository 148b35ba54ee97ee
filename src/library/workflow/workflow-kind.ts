import { workflowSettings } from './workflow-settings.ts';
import { librarySection } from '../library-settings.ts';
import { defineKind } from '../../task/kind.ts';

/** Moves records by status bit (docs/library.md). */
export const workflow01 = defineKind({
  name: 'workflow01',
  aliases: ['workflow', 'workflow-01'],
  summary: 'Moves records from one collection to another, and from one status bit to another',
  settings: workflowSettings,
  dependsOn: [librarySection.key],
  every: '1m',
  poll: async (ctx) => (await import('./workflow.ts')).poll(ctx),
  work: async (ctx) => (await import('./workflow.ts')).work(ctx),
});
