import { defineKind } from '../task/kind.ts';
import { aggregateSettings } from '../weather/aggregate/settings.ts';

/** `svcAggregate`: hours, days, months, years and all time of what was loaded (weather spec §3). */
export const kind = defineKind({
  name: 'aggregate',
  aliases: ['svcAggreg', 'agg', 'aggreg', 'agreg', 'agregation', 'aggregation', 'agregate', 'aggregate'],
  summary: 'Recomputes the hours, days, months and years whose observations changed',
  settings: aggregateSettings,
  every: '2m',
  look: async (ctx) => (await import('../weather/aggregate/look.ts')).look(ctx),
  work: async (ctx) => (await import('../weather/aggregate/aggregate.ts')).aggregate(ctx),
});
