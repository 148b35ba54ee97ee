import { messageOf, PermanentError } from '../../task/errors.ts';
import {
  CheckpointRefused,
  DeliveryFailed,
  type Channel,
  type RecipientOutcome,
  type SendRequest,
} from './delivery-channel.ts';
import type { DestinationType } from './destination.ts';
import { verifyOutgoingFile } from './outgoing-file.ts';

/** What is to be sent, as the ledger wants it. */
export type SendOrder = Pick<SendRequest, 'outgoing' | 'recipients' | 'checkpoint' | 'signal'> &
  Partial<Pick<SendRequest, 'progress' | 'trace'>>;

/** How long a channel may be silent, ms. */
const SILENCE_TIMEOUT_MS = 600_000;
/** How long one may take to end when its run is cancelled, ms. */
const GRACE = 10_000;
/** More would be none for Node, ms. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** What the ledger keeps of a text. */
const LONGEST = 2_000;

/**
 * Sends by a channel, which may be a user's code: whatever it does, each recipient has an outcome. Before the checkpoint an error has failed, after
 * it nobody knows, unless the channel is certain and throws `DeliveryFailed`.
 * @throws the signal's reason when it is aborted before the checkpoint, and what the checkpoint throws.
 */
export async function attempt(
  type: DestinationType,
  channel: Channel,
  order: SendOrder,
): Promise<Map<string, RecipientOutcome>> {
  const settled = new Map<string, RecipientOutcome>();
  const outcome = await new Attempt(type, order).make(channel, (recipient, given) =>
    settled.set(recipient, checkOutcome(type, given)),
  );
  return new Map(order.recipients.map((recipient) => [recipient, settled.get(recipient) ?? outcome]));
}

/**
 * Looks whether a file has arrived.
 * @throws {Error} when the channel does, gives something else, or no answer in time.
 */
export async function verifyArrival(
  { name, silenceTimeout = SILENCE_TIMEOUT_MS }: DestinationType,
  channel: Channel,
  { outgoing, signal }: Pick<SendOrder, 'outgoing' | 'signal'>,
): Promise<'delivered' | 'absent' | undefined> {
  const watch = new Watch(signal, silenceTimeout);
  const found: unknown = await watch.until(async () => channel.verifyArrival?.(outgoing, watch.signal));
  if (found === 'delivered' || found === 'absent' || found === undefined) return found;
  throw new Error(
    `${name}: verifyArrival gave ${kindOf(found)}; expected 'delivered', 'absent' or undefined`,
  );
}

class Attempt {
  private readonly type: DestinationType;
  private readonly order: SendOrder;
  private readonly watch: Watch;
  /** The ledger has the checkpoint, or may have it by now. */
  private committed = false;
  private refused: CheckpointRefused | undefined;

  constructor(type: DestinationType, order: SendOrder) {
    this.type = type;
    this.order = order;
    this.watch = new Watch(order.signal, type.silenceTimeout ?? SILENCE_TIMEOUT_MS);
  }

  async make(channel: Channel, report: SendRequest['report']): Promise<RecipientOutcome> {
    const { order, watch, type } = this;
    const { outgoing, recipients } = order;
    let outcome: RecipientOutcome;
    try {
      await verifyOutgoingFile(outgoing, order.signal);
      const given: unknown = await watch.until(async () =>
        channel.send({
          outgoing,
          recipients,
          checkpoint: () => this.checkpoint(),
          report: (recipient, its) => {
            if (!watch.isOver) report(recipient, its);
          },
          progress: (sent) => {
            watch.heard();
            if (!watch.isOver && Number.isFinite(sent)) order.progress?.(sent);
          },
          trace: (text) => {
            if (!watch.isOver && typeof text === 'string') order.trace?.(text);
          },
          signal: watch.signal,
        }),
      );
      outcome = checkOutcome(type, given);
    } catch (error) {
      if (this.refused && !this.committed) throw this.refused.cause;
      if (!this.committed) order.signal.throwIfAborted();
      if (this.committed && !isCertain(error)) return { state: 'unknown', error: sentenceOf(error) };
      return { state: 'failed', error: sentenceOf(error), permanent: isPermanent(error, type) };
    }
    // It went on without the ledger's leave, whatever it says.
    if (this.refused && outcome.state !== 'failed')
      return { state: 'unknown', error: `${type.name} has sent though the checkpoint was refused` };
    return outcome;
  }

  private async checkpoint(): Promise<void> {
    const { watch, order } = this;
    if (watch.isOver) throw new CheckpointRefused('it comes too late: the channel was given up');
    order.signal.throwIfAborted();
    const before = this.committed;
    this.committed = true;
    try {
      await watch.without(order.checkpoint());
    } catch (error) {
      this.committed = before;
      this.refused = new CheckpointRefused('the checkpoint is refused', { cause: error });
      throw this.refused;
    }
    if (watch.isOver) throw new CheckpointRefused('it comes too late: the channel was given up');
  }
}

/** Gives up what is silent for too long, or goes on long after it was cancelled. */
class Watch {
  /** For what is watched: aborted with the other one, and when it is given up. */
  readonly signal: AbortSignal;
  isOver = false;
  private readonly silenceTimeout: number;
  private readonly outer: AbortSignal;
  private readonly own = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private giveUp: (reason: Error) => void = () => undefined;

  constructor(outer: AbortSignal, silenceTimeout: number) {
    this.outer = outer;
    this.silenceTimeout = silenceTimeout;
    this.signal = AbortSignal.any([outer, this.own.signal]);
  }

  /** What `act` gives. @throws what it throws, or that it was given up. */
  async until<T>(act: () => Promise<T>): Promise<T> {
    const cancelled = () => this.expire(GRACE, 'it did not end when it was cancelled');
    const over = new Promise<never>((_, reject) => (this.giveUp = reject));
    const work = act();
    // Whatever it says after it was given up is nobody's.
    work.catch(() => undefined);
    this.outer.addEventListener('abort', cancelled, { once: true });
    if (this.outer.aborted) cancelled();
    else this.heard();
    try {
      return await Promise.race([work, over]);
    } finally {
      this.isOver = true;
      clearTimeout(this.timer);
      this.outer.removeEventListener('abort', cancelled);
    }
  }

  /** A sign of life. */
  heard(): void {
    if (!this.outer.aborted)
      this.expire(this.silenceTimeout, `it was silent for ${this.silenceTimeout / 1_000} s`);
  }

  /** What somebody else takes time for does not count. */
  async without<T>(other: Promise<T>): Promise<T> {
    clearTimeout(this.timer);
    try {
      return await other;
    } finally {
      if (this.outer.aborted) this.expire(GRACE, 'it did not end when it was cancelled');
      else this.heard();
    }
  }

  private expire(after: number, why: string): void {
    clearTimeout(this.timer);
    // Those that keep time by themselves are waited for.
    if (this.isOver || this.silenceTimeout === Number.POSITIVE_INFINITY) return;
    this.timer = setTimeout(
      () => {
        const reason = new Error(`it was given up: ${why}`);
        this.isOver = true;
        this.own.abort(reason);
        this.giveUp(reason);
      },
      Math.min(after, LONGEST_TIMER),
    );
  }
}

/** An outcome as the ledger can keep it. @throws {Error} for what is none. */
function checkOutcome({ name }: DestinationType, given: unknown): RecipientOutcome {
  const { state, note, error, permanent } = (given ?? {}) as Record<string, unknown>;
  if (state === 'delivered') return typeof note === 'string' ? { state, note: short(note) } : { state };
  if (state === 'failed' && typeof error === 'string')
    return { state, error: short(error), permanent: permanent === true };
  if (state === 'unknown' && typeof error === 'string') return { state, error: short(error) };
  throw new Error(
    `${name} gave ${kindOf(given)} as the outcome; expected { state: 'delivered' }, or 'failed' or 'unknown' with an error`,
  );
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  try {
    return short(JSON.stringify(value) ?? typeof value, 80);
  } catch {
    return typeof value;
  }
}

// PostgreSQL keeps no NUL in a text.
const short = (text: string, longest = LONGEST) =>
  (text.length > longest ? `${text.slice(0, longest - 1)}…` : text).replaceAll('\0', ' ');

/** Its own words hold those of its causes. */
function sentenceOf(error: unknown): string {
  return short(error instanceof Error && error.message !== '' ? error.message : messageOf(error));
}

/** By name: a configuration has classes of its own, whose code is the same. */
function isCertain(error: unknown): error is DeliveryFailed {
  return error instanceof Error && error.name === DeliveryFailed.name;
}

/** Can trying again not mend it? */
function isPermanent(error: unknown, type: DestinationType): boolean {
  if (isCertain(error)) return error.permanent;
  if (error instanceof Error && error.name === PermanentError.name) return true;
  return toldBy(type, error) ?? filesLack.has((error as NodeJS.ErrnoException | null)?.code ?? '');
}

function toldBy(type: DestinationType, error: unknown): boolean | undefined {
  try {
    const told: unknown = type.isPermanent?.(error);
    return typeof told === 'boolean' ? told : undefined;
  } catch {
    return undefined;
  }
}

const filesLack = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG']);
