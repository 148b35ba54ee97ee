import { z } from 'zod';

/** A name that goes into names of files, ids of Temporal and command lines. */
export const identifier = z.string().regex(/^[A-Za-z][\w-]{0,99}$/, {
  error: 'expected a letter, then letters, digits, `-` or `_`, at most 100',
});
