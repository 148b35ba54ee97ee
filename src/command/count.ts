import { InvalidArgumentError } from 'commander';

/** Reads a whole number from 1 to `most` of the command line. */
export const count = (most: number) => (text: string) => {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > most) {
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${most}.`);
  }
  return n;
};
