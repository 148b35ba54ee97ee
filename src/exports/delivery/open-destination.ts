import { messageOf, PermanentError } from '../../task/errors.ts';
import { typeOf } from '../typed-settings.ts';
import type { DeliverTo } from '../api/target.ts';
import { attempt, verifyArrival, type SendOrder } from './attempt.ts';
import type { Channel, OutgoingFile, RecipientOutcome } from './delivery-channel.ts';
import type { DestinationContext, DestinationType } from './destination.ts';
import { destinationTypes, type Destination } from './destinations-section.ts';

/** How one export uses a destination: a checked `DeliverTo`. */
export type Delivery = Exclude<DeliverTo, string>;

interface OpenOptions extends DestinationContext {
  override: Delivery;
}

/** A destination that is opened for one delivery. What is behind it may be a user's code, and is believed nothing. */
export interface OpenDestination {
  /** Who gets the file, for the ledger; at least one. */
  recipients(): string[];
  /**
   * Sends once; the outcome of each recipient.
   * @throws the signal's reason when it is aborted before the checkpoint, and what the checkpoint throws.
   */
  send(order: SendOrder): Promise<Map<string, RecipientOutcome>>;
  /**
   * After an unknown outcome: has the file arrived? `undefined`: nobody can tell.
   * @throws {Error} when the other side cannot be asked.
   */
  verifyArrival(outgoing: OutgoingFile, signal: AbortSignal): Promise<'delivered' | 'absent' | undefined>;
}

/** The destination of that name. @throws {PermanentError} with those there are. */
export function destinationOf(
  destinations: Readonly<Record<string, Destination>>,
  name: string,
): Destination {
  const found = destinations[name];
  if (found) return found;
  throw new PermanentError(
    'UnknownDestination',
    `the configuration has no destination ${name}; expected one of ${Object.keys(destinations).join(', ') || '(none)'}`,
  );
}

/**
 * Opens a destination for an export. Nothing is read or connected before it sends, secrets neither.
 * @throws {PermanentError} for an override that the destination has no use for, naming both and the placeholder at fault; for a type of the user's that
 * gives no channel.
 */
export function openChannel(
  destination: Destination,
  { override, ...context }: OpenOptions,
): OpenDestination {
  const type = typeOf<DestinationType>(destinationTypes, destination);
  const { type: _, ...settings } = destination;
  const channel = channelOf(type, { ...settings, ...checkOverride(type, override) }, context);
  const recipients = recipientsOf(type, channel);
  return {
    recipients: () => recipients,
    send: (order) => attempt(type, channel, order),
    verifyArrival: (outgoing, signal) => verifyArrival(type, channel, { outgoing, signal }),
  };
}

/** The settings that an export changes for itself. */
function checkOverride({ name, overrides = {} }: DestinationType, override: Delivery): object {
  const { to, with: more = {}, ...changes } = override;
  const known = overrides as Readonly<Record<string, DestinationType['settings'] | undefined>>;
  const checked: Record<string, unknown> = {};
  for (const [key, value] of Object.entries({ ...changes, ...more })) {
    if (value === undefined) continue;
    const at = `deliver to ${to}: ${key} is ${JSON.stringify(value)}`;
    const schema = Object.hasOwn(known, key) ? known[key] : undefined;
    if (!schema)
      throw new PermanentError(
        'BadDelivery',
        `${at}; expected of a ${name} no more than ${Object.keys(known).join(', ') || 'its name'}`,
      );
    const result = schema.safeParse(value);
    const [issue] = result.error?.issues ?? [];
    if (issue)
      throw new PermanentError(
        'BadDelivery',
        `${at}${issue.message.startsWith('expected') ? ';' : ':'} ${issue.message}`,
      );
    checked[key] = result.data;
  }
  return checked;
}

function channelOf(type: DestinationType, settings: object, context: DestinationContext): Channel {
  let channel: unknown;
  try {
    channel = type.open(settings, context);
  } catch (error) {
    throw broken(type, `open threw: ${messageOf(error)}`);
  }
  const { recipients, send, verifyArrival: ask = () => undefined } = (channel ?? {}) as Partial<Channel>;
  if ([recipients, send, ask].every((method) => typeof method === 'function')) return channel as Channel;
  throw broken(type, 'open gave no channel; expected { recipients, send }, and perhaps verifyArrival');
}

function recipientsOf(type: DestinationType, channel: Channel): string[] {
  let given: unknown;
  try {
    given = channel.recipients();
  } catch (error) {
    throw broken(type, `recipients threw: ${messageOf(error)}`);
  }
  if (Array.isArray(given) && given.length > 0 && given.every(isRecipient)) return [...new Set(given)];
  throw broken(type, 'recipients gave no list of names; expected at least one, none empty');
}

const isRecipient = (name: unknown): name is string =>
  typeof name === 'string' && /^[^\0]{1,1000}$/su.test(name);

function broken({ name }: DestinationType, what: string): PermanentError {
  return new PermanentError('BadDestination', `the type of destination ${name}: ${what}`);
}
