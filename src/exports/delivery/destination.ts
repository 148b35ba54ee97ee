import type { ZodType } from 'zod';
import type { Channel } from './delivery-channel.ts';

/** What a destination is opened with beside its settings. */
export interface DestinationContext {
  /** Folder of `regie.config.ts`: relative paths start there. */
  root: string;
}

/**
 * A type of destinations, such as mail: one object. The built-in ones are listed in `delivery/settings.ts`; a user's stands in the
 * configuration, as the `type` of a destination.
 */
export interface DestinationType<
  Name extends string = string,
  Settings extends object = object,
  Input = unknown,
> {
  /** A word, for messages. */
  readonly name: Name;
  /** Checks the settings of a destination, without their `type`, and fills in the defaults; secrets are references. */
  readonly settings: ZodType<Settings, Input>;
  /** Settings that an export may change for itself (`deliver: [{ to, … }]`), and what they may be then. */
  readonly overrides?: { readonly [Key in keyof Settings]?: ZodType };
  /**
   * How long a channel may be silent while it sends, ms: neither `progress` nor `checkpoint`; so long may a look-up take. Then it is given up.
   * Default 10 minutes.
   */
  readonly silenceTimeout?: number;
  /** Makes the channel of one delivery, at once: nothing is read or connected before it sends, secrets neither. */
  open(settings: Settings, context: DestinationContext): Channel;
  /** Can trying again not mend what a channel threw? Left out, or `undefined`: as for errors of files. */
  isPermanent?(error: unknown): boolean | undefined;
}

/** Declares a type of destinations; only gives its settings their types. */
export function defineDestinationType<const Name extends string, Settings extends object, Input>(
  type: DestinationType<Name, Settings, Input>,
): DestinationType<Name, Settings, Input> {
  return type;
}
