import { workflowSettings } from '../library/workflow/settings.ts';
import { defineKind } from '../task/kind.ts';

/** Moves records by status bit (library spec, workflow01). */
export const kind = defineKind({
  name: 'workflow01',
  aliases: ['workflow', 'workflow-01'],
  summary: 'Moves records from one collection to another, and from one status bit to another',
  settings: workflowSettings,
  every: '1m',
  look: async (ctx) => (await import('../library/workflow/workflow.ts')).look(ctx),
  work: async (ctx) => (await import('../library/workflow/workflow.ts')).work(ctx),
});
