import type { FileIdentity } from './file-identity.ts';

/** How many times as long an empty file must stay the same. */
const EMPTY_WAITS = 20;

/**
 * How long a file must stay the same before it is taken, ms. An upload that has begun and waits for its sender is an
 * empty file, of which nothing is lost where it is whole and comes later.
 */
export function stableTime({ bytes }: Pick<FileIdentity, 'bytes'>, stableFor: number): number {
  return bytes === 0 ? EMPTY_WAITS * stableFor : stableFor;
}
