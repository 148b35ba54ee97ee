import type { Unit } from './description.ts';
import { spanOf } from './span.ts';

/**
 * What placeholders in names stand for: `yyyy`, `MM`, `dd` of the business day (of a monthly export: of the first of the month that it is about),
 * `name`, `campaign`, and with an operation its `segment`.
 */
export function placeholdersOf(
  { name, campaign }: { name: string; campaign: string },
  unit: Unit,
): Record<string, string> {
  const [yyyy = '', MM = '', dd = ''] = (
    unit.period === 'month' ? spanOf(unit).from : unit.businessDay
  ).split('-');
  return {
    yyyy,
    MM,
    dd,
    name,
    campaign,
    ...(unit.operation === undefined ? {} : { segment: unit.operation }),
  };
}

/** The placeholders that there are in the names of an export's files. */
export function placeholderNames(period: Unit['period']): string[] {
  return ['yyyy', 'MM', 'dd', 'name', 'campaign', ...(period === 'operation' ? ['segment'] : [])];
}

/** The name of an export's file when it gives none. */
export function defaultFile(name: string, period: Unit['period'], extension: string): string {
  const which = { day: '{yyyy}{MM}{dd}', month: '{yyyy}{MM}', operation: '{segment}' }[period];
  return `${name}_${which}.${extension}`;
}
