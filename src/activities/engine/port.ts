import type { Port, Progress } from '../../task/kind.ts';
import type { RunTicket } from '../../task/messages.ts';
import { controlId, signals } from '../../task/names.ts';
import { openIncidents, resolveIncidents, retryLater } from '../../incidents/write-incidents.ts';
import type { Engine } from './engine.ts';
import { DownstreamTrigger } from './downstream.ts';
import { TraceWriter } from './write-trace.ts';

/** A run shorter than this says nothing to the control workflow before its report: signals cost events. */
const firstNews = 1_000;
/** Then the task's page in the Web UI is refreshed this often. */
const newsEvery = 15_000;
/** Well under the heartbeat timeout: cancellation arrives with the answer to a heartbeat. */
const beatEvery = 2_000;

export interface OpenPort extends Port {
  /** Trace lines of this run, the last few: they go to the control workflow's log. */
  lines: string[];
  close(): Promise<void>;
}

/** The port through which a domain speaks: heartbeats, progress for operators, trace lines, the wish to stop. */
export async function openPort(
  engine: Engine,
  ticket: RunTicket,
  activity: { signal: AbortSignal; heartbeat(details: unknown): void },
): Promise<OpenPort> {
  const { pool, client, logger } = engine;
  const began = new Date().toISOString();
  const readControlFlags = async () => {
    // Both times are PostgreSQL's: hosts' clocks may differ.
    const { rows } = await pool.query<{ trace: boolean; stop: boolean | null }>(
      'select t.trace, t.stopped_at > r.started_at as stop from regie.task t, regie.run r where t.name = $1 and r.run_id = $2',
      [ticket.task, ticket.runId],
    );
    return rows[0];
  };
  let traced = (await readControlFlags())?.trace ?? false;
  const writer = new TraceWriter(pool, ticket, logger);
  const downstream = new DownstreamTrigger(engine, ticket.task);
  let latest: Progress = { step: 'starting' };

  // The work may be busy in one long query: the beat must not depend on it.
  const beat = setInterval(() => activity.heartbeat(latest), beatEvery);
  let progressSignal: Promise<unknown> = Promise.resolve();
  const tell = () => {
    const progress = { id: ticket.id, at: began, text: describe(latest) };
    // A lost progress signal is no error: the report follows.
    progressSignal = client.workflow
      .getHandle(controlId(ticket.task))
      .signal(signals.progress, progress)
      .catch(() => undefined);
  };
  let timer = setTimeout(function again() {
    tell();
    timer = setTimeout(again, newsEvery);
  }, firstNews);

  return {
    signal: activity.signal,
    lines: writer.last,
    get traced() {
      return traced;
    },
    progress(progress) {
      latest = progress;
      activity.heartbeat(progress);
      logger.debug({ task: ticket.task, run: ticket.id, ...progress }, progress.step);
    },
    trace(text, data) {
      if (traced) writer.add(text, data);
    },
    changed() {
      downstream.changed();
    },
    async incident(problem, state = 'open') {
      const reporter = { task: ticket.task, kind: ticket.kind, run: ticket.id };
      await (state === 'open' ? openIncidents : retryLater)(pool, reporter, [problem]);
    },
    resolved: (...subjects) => resolveIncidents(pool, ticket.task, subjects),
    async shouldStop() {
      const controlFlags = await readControlFlags();
      traced = controlFlags?.trace ?? false;
      await writer.flush();
      return controlFlags?.stop ?? false;
    },
    async close() {
      clearInterval(beat);
      clearTimeout(timer);
      await Promise.all([progressSignal, downstream.close()]);
      await writer.flush();
    },
  };
}

function describe({ step, done, total, counts }: Progress): string {
  const share = done === undefined ? '' : ` ${done}${total === undefined ? '' : ` of ${total}`}`;
  const numbers = Object.entries(counts ?? {}).map(([name, n]) => `${name} ${n}`);
  return `${step}${share}${numbers.length > 0 ? ` (${numbers.join(', ')})` : ''}`;
}
