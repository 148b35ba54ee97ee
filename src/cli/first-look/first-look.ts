import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Config, Task } from '../../config/schema.ts';
import { unlessAborted } from '../../task/waiting.ts';
import { controlId } from '../../temporal/names.ts';
import { caller } from '../frame/caller.ts';
import type { Output } from '../frame/output.ts';

export interface Where {
  config: Config;
  client: Client;
  pool: Pool;
  signal: AbortSignal;
  /** Does the demo's FTP server run in this process? */
  demo: boolean;
  /** A line for the operator. */
  say: (line: string) => void;
}

/**
 * Has a task run now, not at its next tick. @throws the control workflow's refusal, or the signal's reason: once the worker
 * has gone nobody answers any more.
 */
export async function runNow(
  { client, signal }: Pick<Where, 'client' | 'signal'>,
  task: Task,
): Promise<void> {
  const handle = client.workflow.getHandle(controlId(task.name));
  await unlessAborted(signal, handle.executeUpdate('run', { args: [{ by: caller() }] }));
}

/** What a new installation was shown. */
export interface FirstLook {
  /** For `--json`. */
  sample: object;
  describe(colors: Output['colors']): string;
}

/** Long enough for a busy small machine; then what there is is shown. */
const patience = 120_000;

/** Waits until a query of one column `done` says so, `signal` is aborted, or patience has an end. */
export async function untilTrue(
  pool: Pool,
  signal: AbortSignal,
  query: { text: string; values: unknown[] },
): Promise<void> {
  const end = Date.now() + patience;
  while (!signal.aborted && Date.now() < end) {
    const { rows } = await pool.query<{ done: boolean }>(query);
    if (rows[0]?.done) return;
    await sleep(250, undefined, { signal }).catch(() => undefined);
  }
}
