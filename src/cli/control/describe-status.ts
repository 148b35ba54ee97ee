import type { Attention, LastRun, Waiting } from '../../task/status.ts';
import type { Output } from '../../command/output.ts';
import { table } from '../../command/table.ts';
import { clock, clockAndDistance, distance, span } from '../../command/times.ts';
import type { Absent, View, WorkerView } from './view.ts';

type Colors = Output['colors'];

/** All that an operator wants to know of one task, a line a subject. */
export function describe(status: View, colors: Colors): string {
  const last = status.lastRun;
  const rows: [string, string][] = [
    ['state', `${state(status, colors)}${since(status)} by ${status.by}${because(status)}`],
    ['run', status.running ? colors.cyan(status.progress ?? 'in progress') : 'none in progress'],
    ['last run', last ? lastRun(last, colors) : 'none yet'],
    [
      'next run',
      status.state === 'stopped'
        ? 'none while stopped'
        : status.nextRun
          ? clockAndDistance(status.nextRun)
          : 'unknown',
    ],
    ['waiting', waiting(status.waiting)],
    ['last error', last?.error ? colors.red(last.error) : 'none'],
    ['trace', status.trace ? 'on' : 'off'],
  ];
  if (last?.note) rows.splice(3, 0, ['note', last.note]);
  if (status.failures > 0) rows.push(['failures', colors.red(`${status.failures} in a row`)]);
  if (status.attention) rows.push(['to look at', lookAt(status.attention, colors)]);
  rows.push(['worker', worker(status.worker, colors)]);
  if (status.noDatabase) rows.push(['database', colors.yellow(`none: ${status.noDatabase}`)]);
  return `${colors.bold(status.task)} (${status.kind})\n${table(
    [],
    rows.map(([what, text]) => [`  ${what}`, text]),
  )}`;
}

/** One line a task. */
export function describeAll(views: readonly (View | Absent)[], colors: Colors): string {
  if (views.length === 0) return 'The configuration declares no task.';
  const head = ['TASK', 'STATE', 'SINCE', 'RUN', 'LAST RUN', 'NEXT', 'WAITING', 'TRACE'];
  const here = views.filter((status): status is View => status.state !== 'absent');
  const rows = views.map((status) =>
    status.state === 'absent' ? absentRow(status, colors) : row(status, colors),
  );
  const silent = here.find((status) => !status.worker.answers);
  const blind = here.find((status) => status.noDatabase);
  const notes = [
    ...(silent ? [`worker: ${worker(silent.worker, colors)}`] : []),
    ...(blind ? [`database: ${colors.yellow(`none: ${blind.noDatabase}`)}`] : []),
    ...(here.length < views.length
      ? ['Absent tasks have no schedule on the server yet: run `regie apply`.']
      : []),
  ];
  return [table(head, rows), ...notes].join('\n');
}

function row(status: View, colors: Colors): string[] {
  return [
    status.task,
    state(status, colors),
    status.since ? distance(status.since) : '?',
    status.running ? colors.cyan(status.progress ?? 'running') : '-',
    status.lastRun ? `${outcome(status.lastRun, colors)} ${distance(status.lastRun.at)}` : '-',
    status.state === 'started' && status.nextRun ? distance(status.nextRun) : '-',
    waiting(status.waiting),
    status.trace ? 'on' : 'off',
  ];
}

function absentRow({ task, state }: Absent, colors: Colors): string[] {
  return [task, colors.dim(state), '-', '-', '-', '-', '-', '-'];
}

function worker({ answers, control, lastSeen }: WorkerView, colors: Colors): string {
  if (answers) return 'answers';
  const asked = lastSeen ? `; one asked for work ${distance(lastSeen)}` : '';
  if (control)
    return colors.yellow(
      `nobody answers: the control workflow ${control}; the next command or \`regie apply\` starts it again${asked}`,
    );
  if (!lastSeen) return colors.yellow('none for more than 5 minutes');
  // A poll lasts a minute at most: one seen since then may be alive and busy.
  return colors.yellow(
    Date.now() - Date.parse(lastSeen) < 70_000
      ? `none since ${clockAndDistance(lastSeen)}, or too busy to answer`
      : `none since ${clockAndDistance(lastSeen)}`,
  );
}

function state(status: View, colors: Colors): string {
  const word = status.held ? `${status.state} (held)` : status.state;
  return status.state === 'started' ? colors.green(word) : colors.yellow(word);
}

const since = ({ since }: View) => (since ? ` since ${clockAndDistance(since)}` : '');
const because = ({ reason }: View) => (reason ? `: ${reason}` : '');

function outcome(run: LastRun, colors: Colors): string {
  return run.outcome === 'failed' ? colors.red(run.outcome) : run.outcome;
}

function lastRun(run: LastRun, colors: Colors): string {
  const counts = numbers(run.counts);
  return `${outcome(run, colors)} ${clockAndDistance(run.at)}, took ${span(run.ms)}${counts ? `: ${counts}` : ''}`;
}

/** `files 3, observations 864` */
export function numbers(counts: Record<string, number>): string {
  const all = Object.entries(counts);
  const told = all.filter(([, n]) => n !== 0);
  // What did not happen is no news, unless nothing did.
  return (told.length > 0 ? told : all.slice(0, 1)).map(([name, n]) => `${name} ${n}`).join(', ');
}

/** `3 open`, and the latest below, a line each. */
function lookAt({ count, latest, how }: Attention, colors: Colors): string {
  if (count === 0) return 'nothing';
  const shown = latest.map(({ at, text }) => `${colors.dim(clock(at))}  ${text}`);
  const more = count > latest.length ? [`… and ${count - latest.length} more`] : [];
  return [colors.yellow(`${count} open`), ...shown, ...more, ...(how ? [how] : [])].join('\n');
}

function waiting(things: readonly Waiting[] | undefined): string {
  if (!things) return 'unknown';
  const some = things.filter(({ count }) => count > 0);
  if (some.length === 0) return 'nothing';
  return some
    .map(({ what, count, oldest }) => `${count} ${what}${oldest ? ` (oldest ${clock(oldest)})` : ''}`)
    .join(', ');
}
