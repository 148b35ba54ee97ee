import type { CommandName } from '../../task/messages.ts';
import { UsageError } from '../../command/exit.ts';

/** The options of `regie svc`, as commander gives them. */
export interface SvcOptions {
  list?: true;
  start?: true;
  stop?: true;
  trace?: true;
  notrace?: true;
  run?: true;
  tmp?: true;
  status?: true;
  follow?: true;
  reason?: string;
}

/** What `regie svc` is to do, in this order whatever the order of the options. */
export interface SvcPlan {
  /** Print the list of tasks, of one when an alias is given; nothing else then. */
  list: boolean;
  commands: CommandName[];
  tmp: boolean;
  reason?: string;
  status: boolean;
  follow: boolean;
}

type Flag = Exclude<keyof SvcOptions, 'reason'>;

/** Pairs that cannot be meant together, and why. */
const contradictions: readonly (readonly [Flag, Flag, string])[] = [
  ['start', 'stop', 'a task is either started or stopped'],
  ['trace', 'notrace', 'a task is either traced or not'],
  ['run', 'stop', 'a stopped task does not run'],
  ['follow', 'notrace', 'without trace there are no steps to follow'],
];

/** Options that say more about another one, which must be there: one of those listed. */
const dependencies: readonly (readonly [keyof SvcOptions, readonly Flag[], string])[] = [
  ['tmp', ['run'], 'it rehearses a run'],
  ['reason', ['start', 'stop'], 'it says why the task was started or stopped'],
];

const order = ['start', 'stop', 'trace', 'notrace', 'run'] as const;

/**
 * What the options of `regie svc` ask for. Without any, an alias alone asks for the status.
 * @throws UsageError (exit 2) when they contradict each other, or the alias is missing.
 */
export function planSvc(alias: string | undefined, options: SvcOptions): SvcPlan {
  for (const [one, other, why] of contradictions) {
    if (options[one] && options[other])
      throw new UsageError(`--${one} and --${other} contradict each other: ${why}.`);
  }
  for (const [option, needed, why] of dependencies) {
    if (options[option] !== undefined && !needed.some((flag) => options[flag])) {
      throw new UsageError(
        `--${option} goes with ${needed.map((flag) => `--${flag}`).join(' or ')} only: ${why}.`,
      );
    }
  }
  const commands = order.filter((flag) => options[flag]);
  const others = [...commands, ...(['status', 'follow'] as const).filter((flag) => options[flag])];
  if (options.list && others.length > 0) {
    throw new UsageError(`--list goes with no other option; leave out --${others.join(', --')}.`);
  }
  if (alias === undefined && !options.list) {
    throw new UsageError('Say which task: `regie svc <alias> [options]`. `regie svc --list` lists them.');
  }
  return {
    list: options.list === true,
    commands,
    tmp: options.tmp === true,
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    status: options.status === true || (!options.list && others.length === 0),
    follow: options.follow === true,
  };
}
