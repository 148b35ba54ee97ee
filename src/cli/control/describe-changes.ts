import type { Change } from '../../temporal/schedules/apply-schedules.ts';
import type { Output } from '../../command/output.ts';
import { table } from '../../command/table.ts';

const done = { create: 'created', update: 'updated', delete: 'deleted', same: 'unchanged' } as const;
const would = {
  create: 'would create',
  update: 'would update',
  delete: 'would delete',
  same: 'unchanged',
} as const;

/** One line a task, and below them what is wrong with tasks themselves: what `apply` did with its schedule, or would do, and what differed. */
export function describeChanges(
  changes: readonly Change[],
  dryRun: boolean,
  colors: Output['colors'],
): string {
  if (changes.length === 0)
    return 'The configuration declares no task, and the server has none of this installation.';
  const color = { create: colors.green, update: colors.yellow, delete: colors.red, same: colors.dim };
  const words = dryRun ? would : done;
  const faults = changes.flatMap(({ fault }) =>
    fault === undefined ? [] : [colors.red(`Broken: ${fault}`)],
  );
  const warnings = changes.flatMap(({ task, warnings: found = [] }) =>
    found.map((text) => colors.yellow(`Warning: ${task}: ${text}`)),
  );
  const all = table(
    ['TASK', 'SCHEDULE', 'STATE', 'DIFFERENCE'],
    changes.map(({ task, change, differences, paused }) => [
      task,
      color[change](words[change]),
      change === 'delete' ? '-' : paused ? 'stopped' : 'started',
      differences.join('\n') || '-',
    ]),
  );
  return [all, ...faults, ...warnings].join('\n');
}
