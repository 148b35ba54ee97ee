import { z } from 'zod';
import path from 'node:path';
import { colours, type Facts } from '../metadata/facts.ts';
import { regularExpression } from '../patterns/regular-expression.ts';
import { TookTooLong, withinTime } from '../patterns/time-limit.ts';
import type { Reason } from './arrival.ts';

const pixels = z.int().min(1).optional();

/** What files must be like to be let in at once; others go into quarantine, where somebody decides. */
export const checksSchema = z.strictObject({
  /** Extensions of names, in any case, without the dot. */
  extensions: z.array(z.string().min(1)).optional(),
  /** MIME types as found in the content: `image/jpeg`, `image/*`. */
  mimes: z.array(z.string().regex(/^[\w.+-]+\/(?:[\w.+-]+|\*)$/)).optional(),
  /** A regular expression that names must match. */
  name: regularExpression.optional(),
  /** Of images and videos, in pixels. */
  dimensions: z
    .strictObject({ minWidth: pixels, minHeight: pixels, maxWidth: pixels, maxHeight: pixels })
    .optional(),
  /** Of images. */
  colours: z.array(z.enum(colours)).optional(),
});

export type Checks = z.output<typeof checksSchema>;

/** The checks that a file fails. */
export function failedChecks(name: string, facts: Facts, checks: Checks): Reason[] {
  const { extensions, mimes, name: pattern, dimensions, colours: allowed } = checks;
  const reasons: Reason[] = [];
  const fail = (check: string, text: string) => void reasons.push({ check, text });
  const extension = path.extname(name).slice(1).toLowerCase();
  if (extensions && !extensions.some((each) => each.toLowerCase() === extension))
    fail('extension', `its extension is ${show(extension)}; expected ${oneOf(extensions)}`);
  if (mimes && !mimes.some((each) => isOfType(facts.mime, each)))
    fail('mime', `its content is ${facts.mime ?? 'of no known type'}; expected ${oneOf(mimes)}`);
  const misnamed = pattern && nameFault(name, pattern);
  if (misnamed !== undefined) fail('name', misnamed);
  if (dimensions && (facts.kind === 'image' || facts.kind === 'video')) {
    const fault = outOfBounds(facts, dimensions);
    if (fault !== undefined) fail('dimensions', fault);
  }
  if (allowed && facts.kind === 'image' && !(facts.colour && allowed.includes(facts.colour)))
    fail('colour', `its colours are ${facts.colour ?? 'of no known space'}; expected ${oneOf(allowed)}`);
  return reasons;
}

/** A name has at most 255 bytes: what takes longer than this is the expression's fault. */
const NAME_WITHIN_MS = 200;

function nameFault(name: string, pattern: RegExp): string | undefined {
  try {
    if (withinTime(NAME_WITHIN_MS, () => pattern.test(name))) return undefined;
    return `its name does not match ${pattern.source}`;
  } catch (error) {
    if (!(error instanceof TookTooLong)) throw error;
    return `whether its name matches ${pattern.source} was not found out: it ${error.message}; expected an expression without repeated repetitions`;
  }
}

function isOfType(mime: string | null, pattern: string): boolean {
  return pattern.endsWith('/*') ? (mime?.startsWith(pattern.slice(0, -1)) ?? false) : mime === pattern;
}

function outOfBounds(
  { width, height }: Facts,
  {
    minWidth = 0,
    minHeight = 0,
    maxWidth = Infinity,
    maxHeight = Infinity,
  }: NonNullable<Checks['dimensions']>,
): string | undefined {
  if (width === undefined || height === undefined) return 'its dimensions cannot be found out';
  const between = (least: number, most: number) =>
    most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  if (width < minWidth || width > maxWidth)
    return `it is ${width} pixels wide; expected ${between(minWidth, maxWidth)}`;
  if (height < minHeight || height > maxHeight)
    return `it is ${height} pixels high; expected ${between(minHeight, maxHeight)}`;
  return undefined;
}

const show = (text: string) => (text === '' ? 'none' : text);
const oneOf = (all: readonly string[]) => all.join(', ');
