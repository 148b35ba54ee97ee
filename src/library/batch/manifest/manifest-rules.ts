import path from 'node:path';
import { z } from 'zod';
import { usersPart } from '../../ingest/sidecar.ts';
import { libraryName, statusMask } from '../../library-settings.ts';

/** In bytes: the longest name that Linux takes; of the longest path, 4096, our own folders need a part. */
const LONGEST_NAME = 255;
const LONGEST_PATH = 1_000;
const LONGEST_FIELD_NAME = 200;

/** What PostgreSQL and files' names can hold: no half characters, nothing that moves the cursor of a terminal. */
const plain = (text: string) => !/[\p{Cc}\p{Surrogate}]/u.test(text);
const PLAIN = 'expected text without control characters';

/** Who uploads: what the events of records will say. */
export const userName = z
  .string()
  .max(200)
  .refine(plain, { error: PLAIN })
  .regex(/^\S(?:.*\S)?$/u, { error: 'expected a name without space around it' });

/** The sender's own name for a batch. */
const batchId = z.string().min(1).max(200).refine(plain, { error: PLAIN });

/** A file below the batch's folder. */
const filePath = z.string().superRefine((text, ctx) => {
  const message = pathFault(text);
  if (message !== undefined) ctx.addIssue({ code: 'custom', message, input: text });
});

const fileName = z.string().superRefine((text, ctx) => {
  const message = nameFault(text);
  if (message !== undefined) ctx.addIssue({ code: 'custom', message, input: text });
});

const sha256 = z
  .string()
  .regex(/^[\da-f]{64}$/i, { error: 'expected a SHA-256, 64 hexadecimal digits' })
  .toLowerCase();

/** The system's bits are not for whoever sends files to set. */
const usersMask = z.string().trim().pipe(statusMask).transform(usersPart);

const texts = z
  .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
  .transform((one) => [one].flat().map((text) => String(text).replaceAll(/\p{Surrogate}/gu, '\uFFFD')));

const fieldName = z.string().min(1).max(LONGEST_FIELD_NAME).refine(plain, { error: PLAIN });

/** What a manifest says of the batch as a whole. */
export const headRules = z.strictObject({
  id: batchId.optional(),
  user: userName.optional(),
  collection: libraryName.optional(),
  status: usersMask.optional(),
  files: z.array(z.unknown()).min(1, { error: 'expected at least one file' }),
});

/** What it says of one file. */
export const fileRules = z.strictObject({
  path: filePath,
  name: fileName.optional(),
  sha256: sha256.optional(),
  collection: libraryName.optional(),
  status: usersMask.optional(),
  fields: z.record(fieldName, texts).optional(),
});

function pathFault(text: string): string | undefined {
  if (path.isAbsolute(text) || /^[A-Za-z]:/.test(text) || text.includes('\\'))
    return "expected a path below the batch's folder, with `/` between folders";
  if (Buffer.byteLength(text) > LONGEST_PATH) return `expected at most ${LONGEST_PATH} bytes`;
  for (const part of text.split('/')) {
    if (part === '..' || part === '.') return `expected a path below the batch's folder, without \`${part}\``;
    if (part.startsWith('.'))
      return 'expected no hidden file or folder: none is taken whose name begins with a dot';
    const fault = nameFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function nameFault(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..' || name.includes('/'))
    return 'expected the name of a file';
  if (!plain(name)) return PLAIN;
  const bytes = Buffer.byteLength(name);
  return bytes > LONGEST_NAME
    ? `expected a name of at most ${LONGEST_NAME} bytes; it has ${bytes}`
    : undefined;
}
