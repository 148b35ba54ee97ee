import { CommandRejected } from '../../task/command-rejected.ts';
import type { CommandResult, TaskContext } from '../../task/kind.ts';
import type { ExportSettings } from '../export-settings.ts';
import { inTransaction } from '../../store/transaction.ts';
import { readDeliveries, stateBy } from './delivery.ts';
import {
  readPeriods,
  setRequestedBy,
  transition,
  type Db,
  type PeriodRow,
  type PeriodState,
} from './periods.ts';

/** What an operator decides about: which period (the only one there is to decide about, when left out), and why. */
type Args = Readonly<Record<string, unknown>>;

/** `release`: a file that its check holds goes out. */
export async function release(
  { db, task }: TaskContext<ExportSettings>,
  args: Args,
  by: string,
): Promise<CommandResult> {
  const { key } = await periodOf(db, task, args, ['held']);
  await inTransaction(db, async () => {
    await transition(db, task, key, 'produced', { what: 'released', by, text: reasonOf(args) });
    await setRequestedBy(db, task, key, by);
  });
  return { text: `${key} is released`, start: true };
}

/** `discard`: a file that is not wanted stays where it is, and goes to nobody; a missed day is nobody's debt any more. */
export async function discard(
  { db, task }: TaskContext<ExportSettings>,
  args: Args,
  by: string,
): Promise<CommandResult> {
  const { key } = await periodOf(db, task, args, ['held', 'produced', 'failed', 'unknown', 'missed', 'due']);
  const reason = reasonOf(args);
  await inTransaction(db, async () => {
    await transition(db, task, key, 'discarded', { what: 'discarded', by, reason: reason || `by ${by}` });
    await setRequestedBy(db, task, key, null);
  });
  return { text: `${key} is discarded` };
}

/**
 * `redeliver`: the same file again, to those who have not got it; with `force` also to those of whom nobody knows, and to those who have. That is
 * the one way to a second copy, and it is written down.
 */
export async function redeliver(
  { db, task }: TaskContext<ExportSettings>,
  args: Args,
  by: string,
): Promise<CommandResult> {
  const force = args['force'] === true;
  const row = await periodOf(db, task, args, [
    'failed',
    'produced',
    'unknown',
    ...(force || args['period'] !== undefined ? (['delivered'] as const) : []),
  ]);
  const { key, edition, state } = row;
  const deliveries = await readDeliveries(db, { task, key, edition });
  if (deliveries.length === 0)
    throw new CommandRejected(`${key} goes to nobody: its target names no destination (\`deliver\`)`);
  if (!force && (state === 'unknown' || state === 'delivered'))
    throw new CommandRejected(
      state === 'unknown'
        ? `nobody knows whether ${key} arrived; to send it again, perhaps for the second time: --force`
        : `${key} was delivered ${row.changedAt}; to send it again: --force`,
    );
  const again = [
    'refused',
    ...(force ? ['unknown'] : []),
    ...(force && state === 'delivered' ? ['delivered'] : []),
  ];
  await inTransaction(db, async () => {
    await db.query(
      `update export.delivery set state = 'pending', note = null, changed_at = clock_timestamp()
       where (task, key, edition) = ($1, $2, $3) and state = any($4)`,
      [task, key, edition, again],
    );
    await transition(db, task, key, 'produced', {
      what: force ? 'redelivery forced' : 'redelivery',
      by,
      text: [`was ${state}`, reasonOf(args)].filter(Boolean).join('; '),
    });
    await setRequestedBy(db, task, key, by);
  });
  return { text: `${key} is sent again`, start: true };
}

/** `confirm`: it has arrived, says an operator who has asked. */
export async function confirm(
  { db, task }: TaskContext<ExportSettings>,
  args: Args,
  by: string,
): Promise<CommandResult> {
  const { key, edition } = await periodOf(db, task, args, ['unknown']);
  const state = await inTransaction(db, async () => {
    await db.query(
      `update export.delivery set state = 'delivered', note = $4, changed_at = clock_timestamp()
       where (task, key, edition) = ($1, $2, $3) and state = 'unknown'`,
      [task, key, edition, `confirmed by ${by}`],
    );
    const becomes = stateBy(await readDeliveries(db, { task, key, edition }));
    await transition(db, task, key, becomes, { what: 'confirmed', by, text: reasonOf(args) });
    if (becomes === 'produced') await setRequestedBy(db, task, key, by);
    return becomes;
  });
  return {
    text: `${key} is confirmed${state === 'delivered' ? '' : `; it is ${state}: others have not got it`}`,
    start: state === 'produced',
  };
}

const reasonOf = ({ reason }: Args) => (typeof reason === 'string' ? reason.trim() : '');

/** The period that is meant, in one of these states. @throws {CommandRejected} telling which there are. */
async function periodOf(
  db: Db,
  task: string,
  args: Args,
  states: readonly PeriodState[],
): Promise<PeriodRow> {
  const named = args['period'] ?? args['day'] ?? args['month'] ?? args['operation'];
  if (named !== undefined) {
    const [row] = await readPeriods(db, task, 'key = $2', [String(named)]);
    if (!row)
      throw new CommandRejected(
        `there is no ${String(named)} in its ledger; \`regie export ledger ${task}\` shows it`,
      );
    if (!states.includes(row.state))
      throw new CommandRejected(`${row.key} is ${row.state}; expected ${states.join(' or ')}`);
    return row;
  }
  // What is due or only missed is no decision that waits; it has to be named.
  const waiting = states.filter((state) => state !== 'due' && state !== 'missed');
  const rows = await readPeriods(db, task, 'state = any($2)', [waiting]);
  if (rows.length === 1) return rows[0]!;
  throw new CommandRejected(
    rows.length === 0
      ? `nothing of it is ${waiting.join(' or ')}`
      : `which? ${rows.map(({ key, state }) => `${key} (${state})`).join(', ')}`,
  );
}
