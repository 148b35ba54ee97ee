import path from 'node:path';
import { z } from 'zod';
import { zone } from '../settings/zone-setting.ts';
import { defineSection } from '../task/section.ts';
import { FIRST_USER_BIT, parseMask, STATUS_BITS } from './status/mask.ts';

/** Names of databoxes, collections and fields: what people type on a command line, without surrounding space. */
export const libraryName = z
  .string()
  .max(100)
  .regex(/^\S(?:[^\p{Cc}/]*\S)?$/u, {
    error: 'expected a name of at most 100 characters, without `/` and without space around it',
  });

/** A status mask, read: `x1xxxx`, `00xxxx` (src/library/status/mask.ts). */
export const statusMask = z.string().transform((text, ctx) => {
  if (/^[01xX._-]*$/.test(text) && text.length <= STATUS_BITS) return parseMask(text);
  ctx.addIssue({
    code: 'custom',
    message: `expected a status mask of at most ${STATUS_BITS} characters, read from the right: 0, 1, or x for a bit that does not matter`,
    input: text,
  });
  return z.NEVER;
});

const collectionSchema = z.strictObject({
  /** Laid over the status of new records, which is 0. */
  status: statusMask.optional(),
});

export const fieldSchema = z.strictObject({
  name: libraryName,
  /**
   * Where new records take it from, the first that has a value: tags as ExifTool names them with their group
   * (`IPTC:Headline`, `XMP-dc:Title`, `GPS:GPSLatitude`), or facts of the file (`File:FileName`, `File:FileSize`).
   */
  source: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .transform((one) => (typeof one === 'string' ? [one] : one))
    .default([]),
  type: z.enum(['text', 'number', 'date']).default('text'),
  /** May it hold several values? */
  multi: z.boolean().default(false),
  /** Each of these characters separates values of a multi-valued field. */
  separators: z.string().default(';'),
  /** Set by tasks, not by people. */
  readOnly: z.boolean().default(false),
  required: z.boolean().default(false),
});

const statusBitSchema = z.strictObject({
  label: z.string().min(1),
  /** What the bit means when it is on, and off. */
  on: z.string().optional(),
  off: z.string().optional(),
});

export const databoxSchema = z.strictObject({
  /** Zone (IANA) in which rules compare dates of fields with now. */
  timezone: zone.default('UTC'),
  collections: z.record(libraryName, collectionSchema).default({}),
  fields: z.array(fieldSchema).default([]),
  /** What bits mean, by number; 0 to 3 belong to the system. */
  statusBits: z
    .record(
      z.string().refine((bit) => /^\d+$/.test(bit) && Number(bit) >= FIRST_USER_BIT && Number(bit) < 64, {
        error: `expected a status bit from ${FIRST_USER_BIT} to ${STATUS_BITS - 1}`,
      }),
      statusBitSchema,
    )
    .default({}),
});

/** The section `library` of `regie.config.ts`. What it leaves out, `regie library create …` may have made. */
export const librarySchema = z.strictObject({
  /** Where originals are kept; relative to the folder of `regie.config.ts`. */
  storage: z.string().min(1).default('data/library/storage'),
  databoxes: z.record(libraryName, databoxSchema).default({}),
});

export const librarySection = defineSection('library', librarySchema.prefault({}));

export type LibrarySettings = z.output<typeof librarySchema>;
export type FieldSettings = z.output<typeof fieldSchema>;

/** The storage's folder, absolute, for an installation whose configuration lies in `root`. */
export function storageFolder(root: string, { storage }: LibrarySettings): string {
  return path.resolve(root, storage);
}
