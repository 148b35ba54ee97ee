import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { RunTicket } from '../../task/messages.ts';

/** Lines kept for the control workflow's log. */
const keep = 40;
/** Lines written to PostgreSQL at once. */
const batch = 500;

/** Writes the trace of a run: to PostgreSQL for `regie log --follow`, to the worker's log, to the control workflow. */
export class TraceWriter {
  readonly last: string[] = [];
  #waiting: { at: string; text: string; data: unknown }[] = [];
  #writing: Promise<unknown> = Promise.resolve();
  #pool: Pool;
  #ticket: RunTicket;
  #logger: Logger;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: Pool, ticket: RunTicket, logger: Logger) {
    this.#pool = pool;
    this.#ticket = ticket;
    this.#logger = logger;
  }

  add(text: string, data?: Record<string, unknown>): void {
    this.#logger.info({ task: this.#ticket.task, run: this.#ticket.id, trace: true, ...data }, text);
    this.#waiting.push({ at: new Date().toISOString(), text, data: data ?? null });
    // They travel in a signal: a long one must not make it large.
    this.last.push(text.slice(0, 500));
    if (this.last.length > keep) this.last.shift();
    if (this.#waiting.length >= batch) void this.flush();
    // Who follows the trace wants to see a step while it happens.
    else this.#timer ??= setTimeout(() => void this.flush(), 200);
  }

  /** Writes what waits. A line that cannot be written stays in the worker's log: a trace must not fail the run. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#waiting.splice(0);
    if (lines.length > 0)
      this.#writing = this.#writing
        .then(() =>
          this.#pool.query(
            `insert into regie.trace_line (task, run, at, text, data)
             select $1, $2, at, text, data from jsonb_to_recordset($3::jsonb) as t(at timestamptz, text text, data jsonb)`,
            [this.#ticket.task, this.#ticket.id, JSON.stringify(lines)],
          ),
        )
        .catch((error: unknown) =>
          this.#logger.warn({ err: error }, 'trace lines could not be written to PostgreSQL'),
        );
    await this.#writing;
  }
}
