import { messageOf, PermanentError } from '../../task/errors.ts';
import type { OutgoingFile, RecipientOutcome } from '../delivery/delivery-channel.ts';
import { destinationOf, openChannel, type OpenDestination } from '../delivery/open-destination.ts';
import type { ExportRun } from '../described.ts';
import {
  beginSending,
  endDelivery,
  nameRecipients,
  readDeliveries,
  stateBy,
  type DeliveryRow,
  type Edition,
} from '../ledger/delivery.ts';
import { readFiles, type FileRow } from '../ledger/export-files.ts';
import { transition, type PeriodRow } from '../ledger/periods.ts';
import { destinationsSection } from '../export-settings.ts';
import { placeholdersOf } from '../period.ts';
import { placeFile } from './place-file.ts';

interface Delivering {
  counts: Record<string, number>;
  /** The tick that tries again by itself. */
  again: Date | undefined;
}

/**
 * Gives the file of a period its name, and brings it to whoever has not got it. Each recipient gets it at most once: before the step that cannot
 * be taken back the ledger says that it is under way, and whoever finds that later asks the other side, or leaves the decision to an operator.
 * @throws {PermanentError} `NotDelivered`, naming destinations and what they said; a later tick tries again what may be tried again.
 */
export async function deliverPeriod(
  ctx: ExportRun,
  row: PeriodRow,
  { counts, again }: Delivering,
): Promise<void> {
  const { db, task, run } = ctx;
  const edition: Edition = { task, key: row.key, edition: row.edition };
  const file = (await readFiles(db, task, row.key)).find((each) => each.edition === row.edition);
  if (!file)
    throw new Error(
      `${task} ${row.key}: edition ${row.edition} is produced, but its row in export.file is gone`,
    );
  try {
    await placeFile(db, task, row.key, file);
  } catch (error) {
    if (error instanceof PermanentError)
      await transition(db, task, row.key, 'produced', { what: 'no name', reason: error.message, run });
    throw error;
  }
  const rows = await readDeliveries(db, edition);
  for (const destination of new Set(rows.map((each) => each.destination))) {
    ctx.signal.throwIfAborted();
    if (await ctx.shouldStop()) return;
    await deliverTo(ctx, edition, outgoingFileOf(ctx, row, file), destination);
  }
  const after = await readDeliveries(db, edition);
  const state = stateBy(after);
  const open = after.filter((each) => each.state !== 'delivered');
  const reason = open.length === 0 ? null : open.map(sentence).join('; ');
  await transition(db, task, row.key, state, { what: state, reason, run });
  if (state === 'delivered') {
    counts['delivered']! += 1;
    ctx.changed();
    ctx.trace(`${row.key}: delivered, ${file.name}`);
    return;
  }
  const redeliver = `\`regie export redeliver ${task}\` tries again when that is mended`;
  const what = {
    produced: again ? `it is tried again at ${again.toISOString()}` : redeliver,
    failed: redeliver,
    unknown: `find out, then \`regie export confirm ${task}\` or \`redeliver --force\``,
  }[state as 'produced' | 'failed' | 'unknown'];
  throw new PermanentError('NotDelivered', `${row.key} is not delivered: ${reason}; ${what}`);
}

function sentence({ destination, recipient, state, note }: DeliveryRow): string {
  const to = recipient === '' ? destination : `${destination} (${recipient})`;
  return `${to} ${state}${note === null ? '' : `: ${note}`}`;
}

function outgoingFileOf({ task, settings, config }: ExportRun, row: PeriodRow, file: FileRow): OutgoingFile {
  return {
    path: file.path,
    name: file.name,
    bytes: file.bytes,
    sha256: file.sha256,
    placeholders: {
      ...placeholdersOf({ name: task, campaign: settings.campaign }, row),
      file: file.name,
      rows: String(file.rows),
    },
    // The same for every try of this edition, and for no other file: the digest is in it.
    id: `${config.installation}-${task}-${row.edition}-${file.sha256.slice(0, 16)}-${idOf(row.key)}`,
  };
}

/** A key as it may stand in names of files and in a mail's Message-ID. */
const idOf = (key: string) => key.replaceAll(/[^A-Za-z0-9-]/g, '_');

async function deliverTo(
  ctx: ExportRun,
  edition: Edition,
  outgoing: OutgoingFile,
  destination: string,
): Promise<void> {
  const { db, config } = ctx;
  const own = async () =>
    (await readDeliveries(db, edition)).filter((each) => each.destination === destination);
  const first = (await own())[0]!;
  let channel: OpenDestination;
  try {
    const settings = destinationOf(destinationsSection.of(config), destination);
    channel = openChannel(settings, { root: config.root, override: first.override });
    await nameRecipients(db, edition, destination, channel.recipients());
  } catch (error) {
    ctx.signal.throwIfAborted();
    const outcome: RecipientOutcome = { state: 'failed', error: messageOf(error), permanent: false };
    for (const { recipient, state } of await own())
      if (state === 'pending' || state === 'failed')
        await endDelivery(db, edition, destination, recipient, outcome);
    return;
  }
  for (const { recipient, state } of await own())
    if (state === 'sending')
      await resolveInterrupted(ctx, edition, channel, outgoing, destination, recipient);
  const recipients = (await own())
    .filter(({ state }) => state === 'pending' || state === 'failed')
    .map(({ recipient }) => recipient);
  if (recipients.length > 0) await send(ctx, edition, channel, outgoing, destination, recipients);
}

/** A run died while it was being sent: the other side is asked, where it can tell. */
async function resolveInterrupted(
  ctx: ExportRun,
  edition: Edition,
  channel: OpenDestination,
  outgoing: OutgoingFile,
  destination: string,
  recipient: string,
): Promise<void> {
  const end = (outcome: RecipientOutcome) => endDelivery(ctx.db, edition, destination, recipient, outcome);
  const died = 'the run was killed while it was being sent';
  let found: 'delivered' | 'absent' | undefined;
  try {
    found = await channel.verifyArrival(outgoing, ctx.signal);
  } catch (error) {
    ctx.signal.throwIfAborted();
    return end({
      state: 'unknown',
      error: `${died}, and the other side could not be asked: ${messageOf(error)}`,
    });
  }
  if (found === 'delivered') return end({ state: 'delivered', note: 'found there after a run was killed' });
  if (found === 'absent')
    return end({ state: 'failed', error: `${died}; it is not there`, permanent: false });
  return end({ state: 'unknown', error: died });
}

async function send(
  ctx: ExportRun,
  edition: Edition,
  channel: OpenDestination,
  outgoing: OutgoingFile,
  destination: string,
  recipients: readonly string[],
): Promise<void> {
  const { db } = ctx;
  let committed = false;
  let outcomes: Map<string, RecipientOutcome>;
  try {
    outcomes = await channel.send({
      outgoing,
      recipients,
      signal: ctx.signal,
      trace: (text) => ctx.trace(`${edition.key}: ${text}`),
      progress: (sent) =>
        ctx.progress({
          step: `${edition.key}: sending to ${destination}`,
          done: sent,
          total: outgoing.bytes,
        }),
      async checkpoint() {
        if (!committed) await beginSending(db, edition, destination, recipients);
        committed = true;
      },
    });
  } catch (error) {
    ctx.signal.throwIfAborted();
    // The ledger did not take the checkpoint.
    const failed: RecipientOutcome = { state: 'failed', error: messageOf(error), permanent: false };
    outcomes = new Map(recipients.map((recipient) => [recipient, failed]));
  }
  for (const recipient of recipients)
    await endDelivery(db, edition, destination, recipient, outcomes.get(recipient)!);
}
