import { isDeepStrictEqual } from 'node:util';
import type { Task } from '../../task/config.ts';
import type { Attention } from '../../task/status.ts';
import { signalControl } from '../../temporal/control-workflows.ts';
import { signals } from '../../task/names.ts';
import { checkAttention } from '../../task/answers.ts';
import { attentionOf } from '../../incidents/open-incidents.ts';
import type { Engine } from './engine.ts';

/** An operator may close hundreds of incidents at any moment; a kind that takes longer is asked again later. */
const timeout = 5_000;

/**
 * What an operator has to look at now, when it is other than what the control workflow was last told; undefined when
 * it is the same, or the kind cannot tell. A kind that fails here must not fail whoever asks.
 */
export async function newAttention(engine: Engine, task: Task): Promise<Attention | undefined> {
  try {
    const { rows } = await engine.pool.query<{ attention: Attention | null }>(
      'select attention from regie.task where name = $1',
      [task.name],
    );
    const now = await ask(engine, task);
    // Nothing to look at and never told of anything: no news.
    return isDeepStrictEqual(now, rows[0]?.attention ?? { ...now, count: 0, latest: [] }) ? undefined : now;
  } catch (error) {
    engine.logger.warn({ err: error, task: task.name }, 'open incidents could not be read');
    return undefined;
  }
}

async function ask({ pool, config }: Engine, { name, kind, settings }: Task): Promise<Attention | undefined> {
  const db = await pool.connect();
  try {
    await db.query(`set statement_timeout = ${timeout}`);
    const found = await (kind.attention?.({ task: name, settings, config, db }) ?? attentionOf(db, name));
    // As PostgreSQL gives it back.
    return JSON.parse(JSON.stringify(checkAttention(kind.name, found))) as Attention;
  } finally {
    // The session carries the time limit.
    db.release(true);
  }
}

/** Writes down what the control workflow knows; after it was told, or a crash in between would leave it untold. */
export async function recordAttention({ pool }: Engine, task: string, attention: Attention): Promise<void> {
  await pool.query('update regie.task set attention = $2 where name = $1', [task, attention]);
}

/** Tells the control workflows when there is something else to look at: somebody closed an incident. */
export async function compareAttention(engine: Engine): Promise<void> {
  for (const task of engine.config.tasks) {
    if (await newAttention(engine, task)) await signalControl(engine.client, task, signals.refresh);
  }
}
