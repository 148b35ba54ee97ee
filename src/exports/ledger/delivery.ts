import type { RecipientOutcome } from '../delivery/delivery-channel.ts';
import type { DeliverTo } from '../api/target.ts';
import type { Db, PeriodState } from './periods.ts';

export type DeliveryState = 'pending' | 'sending' | 'delivered' | 'failed' | 'refused' | 'unknown';

/** What a target says of a destination. */
export type Override = Exclude<DeliverTo, string>;

/** How far a file is with one recipient of one destination. */
export interface DeliveryRow {
  edition: number;
  destination: string;
  override: Override;
  /** Empty until the destination could be opened. */
  recipient: string;
  state: DeliveryState;
  attempts: number;
  note: string | null;
  changedAt: string;
}

/** One edition of a period. */
export interface Edition {
  task: string;
  key: string;
  edition: number;
}

/** Deliveries of a period: of one edition, or of all. */
export async function readDeliveries(
  db: Db,
  { task, key, edition }: Omit<Edition, 'edition'> & { edition?: number },
): Promise<DeliveryRow[]> {
  const { rows } = await db.query<Omit<DeliveryRow, 'changedAt'> & { changedAt: Date }>(
    `select edition, destination, override, recipient, state, attempts, note, changed_at as "changedAt"
     from export.delivery where task = $1 and key = $2 and ($3::int is null or edition = $3)
     order by edition, position, recipient`,
    [task, key, edition ?? null],
  );
  return rows.map((row) => ({ ...row, changedAt: row.changedAt.toISOString() }));
}

/** Declares to whom an edition has to go, in this order; what is there already stays. */
export async function addDeliveries(
  db: Db,
  { task, key, edition }: Edition,
  to: readonly { destination: string; override: Override; recipient: string }[],
): Promise<void> {
  for (const [position, { destination, override, recipient }] of to.entries())
    await db.query(
      `insert into export.delivery (task, key, edition, destination, override, recipient, position)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      [task, key, edition, destination, override, recipient, position],
    );
}

/** Puts the recipients of a destination, now that they are known, in the place of the nameless row. */
export async function nameRecipients(
  db: Db,
  { task, key, edition }: Edition,
  destination: string,
  recipients: readonly string[],
): Promise<void> {
  await db.query(
    `with nameless as (
       delete from export.delivery where (task, key, edition, destination, recipient) = ($1, $2, $3, $4, '') returning override, position)
     insert into export.delivery (task, key, edition, destination, override, position, recipient)
     select $1, $2, $3, $4, override, position, r from nameless, unnest($5::text[]) r on conflict do nothing`,
    [task, key, edition, destination, recipients],
  );
}

/**
 * Writes down, right before the step that cannot be taken back, that these are being sent to.
 * @throws when one of them is not waiting any more, or the session is gone: then the step must not be taken.
 */
export async function beginSending(
  db: Db,
  { task, key, edition }: Edition,
  destination: string,
  recipients: readonly string[],
): Promise<void> {
  const { rowCount } = await db.query(
    `update export.delivery set state = 'sending', attempts = attempts + 1, note = null, changed_at = clock_timestamp()
     where (task, key, edition, destination) = ($1, $2, $3, $4) and recipient = any($5) and state in ('pending', 'failed')`,
    [task, key, edition, destination, recipients],
  );
  if (rowCount !== recipients.length)
    throw new Error(`${task} ${key}: its delivery to ${destination} was changed meanwhile; nothing is sent`);
}

const states: Record<RecipientOutcome['state'], DeliveryState> = {
  delivered: 'delivered',
  failed: 'failed',
  unknown: 'unknown',
};

/** Writes down how it ended for a recipient. */
export async function endDelivery(
  db: Db,
  { task, key, edition }: Edition,
  destination: string,
  recipient: string,
  outcome: RecipientOutcome,
): Promise<void> {
  const state = outcome.state === 'failed' && outcome.permanent ? 'refused' : states[outcome.state];
  await db.query(
    `with ended as (
       update export.delivery set state = $6, note = $7, changed_at = clock_timestamp()
       where (task, key, edition, destination, recipient) = ($1, $2, $3, $4, $5) returning 1)
     insert into export.event (task, key, what, text) select $1, $2, $8, $9 from ended`,
    [
      task,
      key,
      edition,
      destination,
      recipient,
      state,
      outcome.state === 'delivered' ? (outcome.note ?? null) : outcome.error,
      state === 'delivered' ? 'sent' : `delivery ${state}`,
      `${recipient || destination}${outcome.state === 'delivered' ? (outcome.note ? `: ${outcome.note}` : '') : `: ${outcome.error}`}`,
    ],
  );
}

/** What a period is, by what its recipients have. A file without recipients is delivered by lying in its folder. */
export function stateBy(deliveries: readonly { state: DeliveryState }[]): PeriodState {
  const has = (...states: DeliveryState[]) => deliveries.some(({ state }) => states.includes(state));
  if (has('unknown', 'sending')) return 'unknown';
  if (has('pending', 'failed')) return 'produced';
  return has('refused') ? 'failed' : 'delivered';
}
