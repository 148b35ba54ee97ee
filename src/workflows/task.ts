import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { byWhom } from '../task/by-whom.ts';
import type { CommandAnswer, RunProgress, RunReport, TaskState } from '../task/messages.ts';
import type { CommandArgs, RunOptions, Status } from '../task/status.ts';
import { commands, queries, signals } from '../task/names.ts';
import type { EngineActivities } from '../task/engine-activities.ts';
import { append } from './log-lines.ts';
import { page } from './task-page.ts';

const { inspect, command } = proxyLocalActivities<EngineActivities>({
  // The server's own scheduler may take five seconds to answer when it is busy.
  startToCloseTimeout: '10s',
  // An operator waits for the answer; a server that is away for longer is told to them, not waited for.
  scheduleToCloseTimeout: '30s',
  // Within those 30 seconds; counted too, since the tries of a local activity may go on from one workflow task to the next.
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s', maximumAttempts: 9 },
});

/** What the control workflow knows of its task; carried over when it continues as new. */
interface ControlInput {
  task: string;
  kind: string;
  /** Commands that only its kind knows, with what they do. */
  commands?: Record<string, string>;
  carried?: { status: Status; log: string[] };
}

type Args = CommandArgs & RunOptions;

/** Something to do: a command of an operator, or a look at the schedule. */
interface Queued {
  name: string;
  args?: Args | undefined;
  /** Set for an update: its caller waits for the answer. */
  answer?: (answer: CommandAnswer | Error) => void;
}

/**
 * The control workflow of a task: one for each task, for years. It turns signals and updates into acts on
 * the task's schedule (whose paused state is the truth), and answers `status` and `log`. It acts on
 * nothing by belief: every command reads the schedule first.
 */
export async function task(input: ControlInput): Promise<void> {
  const now = () => new Date().toISOString();
  const log: string[] = input.carried?.log ?? [];
  const queue: Queued[] = input.carried ? [] : [{ name: 'refresh' }];
  const status: Status = input.carried?.status ?? {
    task: input.task,
    kind: input.kind,
    state: 'started',
    running: false,
    since: now(),
    by: 'apply',
    trace: false,
    failures: 0,
    asOf: now(),
  };
  let ended = false;
  const scope = CancellationScope.current();

  /** Something is new for the Web UI's page. Written once for a burst of signals, not once for each. */
  let changed = false;
  const learned = () => {
    status.asOf = now();
    changed = true;
  };
  const learn = (state: TaskState) => {
    const {
      paused,
      held,
      running,
      reason,
      nextRun,
      lastRun,
      waiting,
      attention,
      since,
      by,
      trace,
      failures,
    } = state;
    Object.assign(status, {
      since,
      by,
      trace,
      failures,
      state: paused ? 'stopped' : 'started',
      running: running !== undefined,
    });
    set(status, 'held', held || undefined);
    set(status, 'reason', reason);
    set(status, 'nextRun', nextRun);
    // The ledger does not hold a run that only found something missing: what came last counts.
    if (lastRun && !(status.lastRun && status.lastRun.at > lastRun.at)) status.lastRun = lastRun;
    if (waiting) status.waiting = waiting;
    if (attention) status.attention = attention;
    if (!running) delete status.progress;
  };

  setHandler(defineQuery<Status>(queries.status), () => status, {
    description: 'State, last run, what waits, last error',
  });
  setHandler(defineQuery<string[]>(queries.log), () => log, { description: 'The last 50 lines or 8 KB' });

  const own = commands.map((name): [string, string] => [name, `${name} the task; takes {reason, by}`]);
  for (const [name, description] of [...own, ...Object.entries(input.commands ?? {})]) {
    setHandler(defineSignal<[Args?]>(name), (args) => void queue.push({ name, args: asArgs(args) }), {
      description,
    });
    setHandler(
      defineUpdate<Status, [Args?]>(name),
      async (args) => {
        const answer = await new Promise<CommandAnswer | Error>((resolve) => {
          queue.push({ name, args: asArgs(args), answer: resolve });
        });
        if (answer instanceof Error) throw ApplicationFailure.nonRetryable(answer.message, 'Failed');
        if (answer.refused) throw ApplicationFailure.nonRetryable(answer.text, 'CommandRejected');
        return status;
      },
      { description: `${description}; answers the new status` },
    );
  }

  setHandler(defineSignal<[RunProgress?]>(signals.progress), (progress) => {
    // Anybody may send a signal; one that is none of ours must not wedge the task.
    if (typeof progress?.text !== 'string') return;
    status.running = true;
    status.progress = progress.text;
    learned();
  });
  setHandler(defineSignal<[RunReport?]>(signals.report), (report) => {
    if (typeof report?.run?.outcome !== 'string' || typeof report.run.counts !== 'object') return;
    const { run, waiting, attention, failures, nextRun, lines } = report;
    // What the last run did is what operators ask for; that there was nothing to do is in the log. But what a run
    // waited for is there by then.
    if (run.outcome !== 'idle' || !status.lastRun || status.lastRun.outcome === 'waiting')
      status.lastRun = run;
    status.running = false;
    delete status.progress;
    status.failures = failures;
    set(status, 'nextRun', status.state === 'started' ? nextRun : undefined);
    set(status, 'waiting', waiting);
    if (attention) status.attention = attention;
    for (const line of lines ?? []) append(log, '', `  ${line}`);
    append(log, now(), describeRun(run));
    learned();
  });
  setHandler(defineSignal(signals.refresh), () => void queue.push({ name: 'refresh' }));
  setHandler(defineSignal(signals.end), () => {
    ended = true;
  });

  const act = async ({ name, args, answer }: Queued) => {
    try {
      if (name === 'refresh') {
        const before = `${status.state} ${status.by} ${status.reason ?? ''}`;
        learn(await inspect(input.task));
        if (before !== `${status.state} ${status.by} ${status.reason ?? ''}`)
          append(log, now(), describeState(status));
      } else {
        const { reason, by, now: cancel, ...options } = args ?? {};
        const done = await command({
          task: input.task,
          name,
          by: by ?? 'signal',
          ...(reason === undefined ? {} : { reason }),
          ...(cancel ? { now: true } : {}),
          ...(name === 'run' || input.commands?.[name] !== undefined ? { options } : {}),
        });
        learn(done.state);
        append(log, now(), `${name} by ${by ?? 'signal'}: ${done.text}`);
        learned();
        answer?.(done);
        return;
      }
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      const message = cause instanceof Error ? cause.message : String(cause);
      append(log, now(), `${name} could not be carried out: ${message}`);
      answer?.(new Error(`${name} could not be carried out: ${message}`));
    }
    learned();
  };

  learned();
  // Handlers of updates must have answered: an update in progress would be lost with the old run.
  const mayLeave = () => queue.length === 0 && allHandlersFinished();
  const isOver = () => ended || isLong() || scope.consideredCancelled;
  // A request to cancel it ends it, but not before what was asked of it is done.
  await CancellationScope.nonCancellable(async () => {
    for (;;) {
      await condition(() => changed || queue.length > 0 || (isOver() && allHandlersFinished()));
      if (changed) {
        changed = false;
        setCurrentDetails(page(status));
      }
      let next = queue.shift();
      // Of a burst of signals on the same subject only the last counts: each would only undo the one before.
      while (next && queue[0] && !next.answer && !queue[0].answer && subject(next) === subject(queue[0]))
        next = queue.shift();
      if (next) await act(next);
      // Nothing is awaited between the last look at the queue and leaving: no signal is lost.
      if (!mayLeave()) continue;
      if (ended) return;
      if (scope.consideredCancelled) throw new CancelledFailure('its cancellation was requested');
      if (isLong()) await continueAsNew<typeof task>({ ...input, carried: { status, log } });
    }
  });
}

/**
 * The server suggests a new run at 4,096 events; a worker that takes over replays them all, which on a busy
 * machine comes near the time a workflow task has. A quarter of them keeps takeovers short.
 */
function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > 1_000;
}

const subjects: Record<string, string> = {
  start: 'state',
  stop: 'state',
  trace: 'trace',
  notrace: 'trace',
  refresh: 'refresh',
};

/** What a command is about. Two runs are one, when they ask for the same; each command of a kind counts. */
function subject({ name, args }: Queued): unknown {
  if (name !== 'run') return subjects[name] ?? Symbol(name);
  const { by: _, reason: __, ...options } = args ?? {};
  return `run ${JSON.stringify(options)}`;
}

/** A signal may come from anyone, with any payload: what is no object counts as none. */
function asArgs(args: unknown): Args | undefined {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return undefined;
  const { by, reason, ...rest } = args as Args;
  return {
    ...rest,
    ...(typeof by === 'string' ? { by } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

function set<T extends object, K extends keyof T>(object: T, key: K, value: T[K] | undefined): void {
  if (value === undefined) delete object[key];
  else object[key] = value;
}

function describeRun({ outcome, counts, ms, error, note }: RunReport['run']): string {
  const numbers = Object.entries(counts).map(([name, n]) => `${name} ${n}`);
  return [`run ${outcome} in ${(ms / 1000).toFixed(1)} s`, numbers.join(', '), note, error]
    .filter(Boolean)
    .join('; ');
}

function describeState(status: Status): string {
  return `${status.state} ${byWhom(status)}`;
}
