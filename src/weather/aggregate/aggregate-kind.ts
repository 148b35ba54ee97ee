import { weatherSection } from '../weather-settings.ts';
import { defineKind } from '../../task/kind.ts';
import { aggregateSettings } from './aggregate-settings.ts';

/** `svcAggregate`: hours, days, months, years and all time of what was loaded. */
export const aggregate = defineKind({
  name: 'aggregate',
  aliases: ['svcAggreg', 'agg', 'aggreg', 'agreg', 'agregation', 'aggregation', 'agregate', 'aggregate'],
  summary: 'Recomputes the hours, days, months and years whose observations changed',
  settings: aggregateSettings,
  dependsOn: [weatherSection.key],
  every: '2m',
  poll: async (ctx) => (await import('./poll-changes.ts')).poll(ctx),
  work: async (ctx) => (await import('./run-aggregate.ts')).aggregate(ctx),
});
