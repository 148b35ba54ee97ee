import { ScheduleOverlapPolicy } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlId, scheduleId } from '../../src/task/names.ts';
import { eventually, startInstallation, type TestInstallation } from '../../test/support/installation.ts';
import { milliseconds, quantile } from '../numbers.ts';
import type { Sizes } from '../options.ts';
import type { Section } from '../report.ts';
import { longestPause, readHistory, type Happening } from './history.ts';
import { Stopwatch } from './kind.ts';

const FIRST = 'benchFirst';
const NEXT = 'benchNext';
const IDLE = 'benchIdle';
/** A run in whose history nothing happens for so long is shown event by event. */
const SLOW_MS = 1_000;
/** Runs apart, as ticks are. */
const PAUSE_MS = 200;

/** Latencies and events of the engine, on a real Temporal server and PostgreSQL, its worker in this process. */
export async function measureEngine(
  sizes: Sizes,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Section> {
  const [first, next, idle] = [new Stopwatch(), new Stopwatch(), new Stopwatch()];
  const at = await startInstallation({
    installation: 'bench',
    kinds: [first.kind('first'), next.kind('next'), idle.kind('idle')],
    tasks: [
      { name: FIRST, kind: 'first' },
      { name: NEXT, kind: 'next', after: FIRST },
      { name: IDLE, kind: 'idle', every: '1s' },
    ],
  });
  try {
    await at.startWorker();
    await eventually(() => at.status(FIRST));
    const runs = await measureRuns(at, first, next, sizes.runs, signal, say);
    say(`engine: ${sizes.queries} queries`);
    const queries = await measureQueries(at, sizes.queries, signal);
    say('engine: idle ticks');
    const ticks = await countIdleTicks(at, sizes.ticks, signal);
    return describe(runs, queries, ticks);
  } finally {
    await at.close();
  }
}

interface Runs {
  /** `trigger` called → work begins; ms. */
  triggerToWork: number[];
  /** Signal `run` sent → work begins. */
  signalToWork: number[];
  /** Work of the first task ends → work of the task after it begins. */
  workToNext: number[];
  /** Events of each run's history. */
  events: number[];
  /** Events that one run adds to its control workflow's history. */
  controlEvents: number;
  /** Longest pause within each run's history. */
  pauses: number[];
  slow: { run: string; history: Happening[] }[];
}

async function measureRuns(
  at: TestInstallation,
  first: Stopwatch,
  next: Stopwatch,
  count: number,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Runs> {
  const found: Runs = {
    triggerToWork: [],
    signalToWork: [],
    workToNext: [],
    events: [],
    controlEvents: 0,
    pauses: [],
    slow: [],
  };
  const schedule = at.client.schedule.getHandle(scheduleId(FIRST));
  const once = async (start: () => Promise<unknown>, latencies: number[]) => {
    first.waiting = next.waiting = true;
    const works = Promise.all([first.next(signal), next.next(signal)]);
    const started = performance.now();
    await start();
    const [one, two] = await works;
    latencies.push(one.started - started);
    found.workToNext.push(two.started - one.ended);
    for (const [task, { run }] of [[FIRST, one] as const, [NEXT, two] as const]) {
      await eventually(async () => {
        if ((await at.status(task)).lastRun?.id !== run) throw new Error(`${task} has not told of ${run}`);
      });
      const history = await eventually(() => readEnded(at, run));
      found.events.push(history.length);
      const { ms } = longestPause(history);
      found.pauses.push(ms);
      if (ms > SLOW_MS) found.slow.push({ run, history });
    }
    await sleep(PAUSE_MS, undefined, { signal });
  };
  // The first run loads caches everywhere.
  await once(() => schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE), []);
  found.workToNext.length = found.events.length = found.pauses.length = 0;
  const before = await controlLength(at, NEXT);
  say(`engine: ${count} runs by trigger, ${count} by signal`);
  for (let i = 0; i < count; i += 1)
    await once(() => schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE), found.triggerToWork);
  for (let i = 0; i < count; i += 1) await once(() => at.signal(FIRST, 'run'), found.signalToWork);
  found.controlEvents = ((await controlLength(at, NEXT)) - before) / (2 * count);
  return found;
}

/** The history of a run that has ended. */
async function readEnded({ client }: TestInstallation, run: string): Promise<Happening[]> {
  const history = await readHistory(client, run);
  if (!history.at(-1)?.event.includes('WORKFLOW_EXECUTION_COMPLETED'))
    throw new Error(`${run} has not ended`);
  return history;
}

async function controlLength({ client }: TestInstallation, task: string): Promise<number> {
  return (await client.workflow.getHandle(controlId(task)).describe()).historyLength;
}

async function measureQueries(at: TestInstallation, count: number, signal: AbortSignal): Promise<number[]> {
  const latencies: number[] = [];
  while (latencies.length < count) {
    signal.throwIfAborted();
    const started = performance.now();
    await at.status(FIRST);
    latencies.push(performance.now() - started);
  }
  return latencies;
}

interface IdleTicks {
  events: number[];
  /** Events that all of them together added to the control workflow's history. */
  controlEvents: number;
}

async function countIdleTicks(at: TestInstallation, count: number, signal: AbortSignal): Promise<IdleTicks> {
  const before = await controlLength(at, IDLE);
  const ended = await eventually(async () => {
    signal.throwIfAborted();
    const { info } = await at.client.schedule.getHandle(scheduleId(IDLE)).describe();
    const ids = info.recentActions.map(({ action }) => action.workflow.workflowId).slice(-count);
    if (ids.length < count) throw new Error(`${ids.length} ticks so far; expected ${count}`);
    return Promise.all(ids.map((id) => readEnded(at, id)));
  });
  return {
    events: ended.map((history) => history.length),
    controlEvents: (await controlLength(at, IDLE)) - before,
  };
}

function describe(runs: Runs, queries: number[], ticks: IdleTicks): Section {
  const latency = (label: string, values: number[]) => [
    label,
    milliseconds(quantile(values, 0.5)),
    milliseconds(quantile(values, 0.95)),
    milliseconds(Math.max(...values)),
    String(values.length),
  ];
  const events = (label: string, values: number[]) => [
    label,
    String(quantile(values, 0.5)),
    String(quantile(values, 0.95)),
    String(Math.max(...values)),
    String(values.length),
  ];
  return {
    title: 'Engine: a real Temporal development server, PostgreSQL, one worker',
    head: ['', 'p50', 'p95', 'most', 'of'],
    rows: [
      latency('schedule trigger → work begins', runs.triggerToWork),
      latency('signal run → work begins', runs.signalToWork),
      latency('work ends → task after it begins', runs.workToNext),
      latency('longest pause within a run', runs.pauses),
      latency('query status', queries),
      events('events of a working tick', runs.events),
      events('events of an idle tick', ticks.events),
      events('events in control per working tick', [runs.controlEvents]),
      events('events in control of all idle ticks', [ticks.controlEvents]),
    ],
    notes: runs.slow.map(
      ({ run, history }) => `${run}: ${history.map(({ event, at }) => `${at} ms ${event}`).join(', ')}`,
    ),
    data: { runs, queries, ticks },
  };
}
