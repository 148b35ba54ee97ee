import { z } from 'zod';
import { builtInFormats } from './built-in.ts';
import type { Format } from './format.ts';

/** A pattern as shells have them, on the path below the inbox; without a `/` on the file's name alone; any case. */
const match = z.string().min(1);

/** An entry of `formats`, checked: how files of one kind of name are read. What else it holds only its format knows. */
export interface FormatEntry {
  match: string;
  format: string;
}

/** The schema of an entry: its format is a built-in one or one of the installation's `own`. */
export function formatEntry(own: readonly Format[]): z.ZodType<FormatEntry> {
  const entries = [...builtInFormats, ...own].map(({ name, settings }) =>
    settings.safeExtend({ match, format: z.literal(name) }),
  );
  const [first, ...others] = entries;
  return z.discriminatedUnion('format', [first!, ...others]) as unknown as z.ZodType<FormatEntry>;
}
