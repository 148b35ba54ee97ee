import type { Config } from '../../task/config.ts';
import type { ServerAddresses } from '../../servers/local.ts';
import type { Change } from '../../temporal/schedules/apply-schedules.ts';
import type { Output } from '../../command/output.ts';
import { table } from '../../command/table.ts';
import { span } from '../../command/times.ts';

/** What `regie up` tells when everything runs: the tasks, where to look, what to type next. */
export function welcome(
  config: Config,
  servers: ServerAddresses,
  changes: readonly Change[],
  colors: Output['colors'],
): string {
  const stopped = new Set(changes.filter(({ paused }) => paused).map(({ task }) => task));
  const tasks = config.tasks.map((task) => [
    `  ${colors.bold(task.name)}`,
    stopped.has(task.name)
      ? colors.yellow('stopped')
      : colors.green(task.kind.calendar ? 'by its hours' : `every ${span(task.every)}`),
    task.kind.summary,
  ]);
  const faults = changes.flatMap(({ fault }) =>
    fault === undefined ? [] : [`  ${colors.red('broken')}: ${fault}`],
  );
  const warnings = changes.flatMap(({ task, warnings: found = [] }) =>
    found.map((text) => `  ${colors.yellow('warning')}: ${task}: ${text}`),
  );
  const example = config.tasks[0]?.name ?? '<task>';
  const places: string[][] = [
    ...(servers.uiUrl
      ? [['  Web UI', servers.uiUrl, 'no login: it is open to whoever uses this machine']]
      : []),
    ['  Temporal', servers.temporalAddress, `temporal schedule describe --schedule-id ${example}`],
  ];
  const next: string[][] = [
    ['  npx regie status', 'how the tasks are'],
    [`  npx regie stop ${example}`, 'and start, run, trace, log'],
    ['  Ctrl-C', 'stops everything; the next start finds it as it was'],
  ];
  return ['', table([], tasks), ...faults, ...warnings, '', table([], places), '', table([], next), ''].join(
    '\n',
  );
}
