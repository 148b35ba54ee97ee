import { CommandRejected } from '../../task/command-rejected.ts';
import type { Incident, IncidentDecision } from '../../task/incident.ts';
import type { KindIncidents, TaskContext } from '../../task/kind.ts';
import { request } from '../run-request.ts';
import { flagOf } from '../run/flag-of.ts';
import type { ExportSettings } from '../export-settings.ts';
import { discard, redeliver } from './decide-period.ts';
import { readPeriods, type PeriodRow } from './periods.ts';

/** What is wrong with a period in each state; one in another state is all right, or goes on by itself. */
const words: Partial<Record<PeriodRow['state'], string>> = {
  held: 'is held by its check',
  failed: 'was refused',
  unknown: 'may or may not have arrived',
  missed: 'is missed',
  produced: 'is made but not delivered',
  // No hour tries it again.
  due: 'failed',
};

/** Periods that wait for an operator: those to decide about, those that nobody made, those whose delivery fails. */
export function readOpenPeriods({
  db,
  task,
}: Pick<TaskContext<unknown>, 'db' | 'task'>): Promise<PeriodRow[]> {
  return readPeriods(
    db,
    task,
    `state in ('held', 'failed', 'unknown', 'missed') or (state = 'produced' and reason is not null)
       or (type = 'operation' and state = 'due' and reason is not null)`,
  );
}

/** In a sentence: `2026-11-20 is held by its check: 3 rows, expected more than 100`. */
export const problemText = ({ key, state, reason }: PeriodRow) =>
  `${key} ${words[state]}${reason === null ? '' : `: ${reason}`}`;

const quoted = (key: string) => (/^[\w.-]+$/.test(key) ? key : `'${key}'`);

/** The command that an operator decides with. */
function mendOf(task: string, row: PeriodRow): string {
  const which = quoted(row.key);
  const commands: Partial<Record<PeriodRow['state'], string>> = {
    held: 'release',
    unknown: 'confirm',
    failed: 'redeliver',
    produced: 'redeliver',
  };
  const command = commands[row.state];
  if (command === undefined) return `regie export run ${task} ${flagOf(row)}`;
  return `regie export ${command} ${task} ${which}`;
}

/** `cards/2026-11-20`: periods are kept in a ledger of their own, and stand in the list of incidents by this. */
const idOf = (task: string, key: string) => `${task}/${key}`;

async function list(ctx: TaskContext<ExportSettings>): Promise<Incident[]> {
  const rows = await readOpenPeriods(ctx);
  return rows
    .map((row): Incident => ({
      id: idOf(ctx.task, row.key),
      task: ctx.task,
      kind: 'export',
      subject: row.key,
      what: row.state,
      reason: problemText(row),
      // What is made is delivered again by itself while its hours last.
      state: row.state === 'produced' ? 'retrying' : 'open',
      mend: mendOf(ctx.task, row),
      attempts: Math.max(row.attempts, 1),
      firstAt: row.changedAt,
      lastAt: row.changedAt,
    }))
    .sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
}

/** Tries again what can be without a decision: what was refused is sent again, what is missed or failed is made. */
async function retry(
  ctx: TaskContext<ExportSettings>,
  { id, subject: period, what, mend }: Incident,
  by: string,
): Promise<IncidentDecision> {
  switch (what) {
    case 'held':
      throw new CommandRejected(`${id}: its check holds it; release or discard it: ${mend}`);
    case 'unknown':
      throw new CommandRejected(
        `${id}: nobody knows whether it arrived, and sent again it may come twice. Ask the recipient, then: ${mend}`,
      );
    case 'failed':
    case 'produced':
      return redeliver(ctx, { period }, by);
    default: {
      const [row] = await readPeriods(ctx.db, ctx.task, 'key = $2', [period]);
      if (!row) throw new CommandRejected(`${id}: it is in the ledger no more`);
      await request(ctx, { [row.type]: row.key }, by);
      return { text: `${period} is asked for`, start: true };
    }
  }
}

/** A missed or failed period stays without its file. One whose file waits for a decision, or is on its way, is decided by name. */
async function close(
  ctx: TaskContext<ExportSettings>,
  { id, subject: period, what, mend }: Incident,
  by: string,
  note?: string,
): Promise<IncidentDecision> {
  if (what === 'held' || what === 'unknown' || what === 'produced')
    throw new CommandRejected(
      `${id}: its file waits; decide by ${mend}, or give it up by regie export discard ${ctx.task} ${period}`,
    );
  return discard(ctx, { period, ...(note === undefined ? {} : { reason: note }) }, by);
}

export const own: NonNullable<KindIncidents<ExportSettings>['own']> = { list, retry, close };
