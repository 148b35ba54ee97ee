import type { z } from 'zod';
import { PermanentError } from '../../task/errors.ts';
import { nearest } from '../../task/nearest.ts';

/** The module of an export does not say what an export must. `property`: by which the line in its source is found. */
export class DefinitionFault extends Error {
  readonly property: string | undefined;

  constructor(message: string, property?: string) {
    super(message);
    this.name = 'DefinitionFault';
    this.property = property;
  }
}

/**
 * Checks a part of an export and fills in its defaults.
 * @throws {DefinitionFault} that names each fault: path, value, what was expected. `name` gives the path as the user wrote it.
 */
export function checked<S extends z.ZodType>(
  schema: S,
  input: unknown,
  name: (path: PropertyKey[]) => PropertyKey[] = (path) => path,
): z.output<S> {
  const parsed = schema.safeParse(input, { error: unknownProperties });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, input));
  const texts = faults.map(({ path, message, value }) => {
    const at = pathText(name(path));
    const got = value === undefined || message.includes(shown(value)) ? '' : `, got ${shown(value)}`;
    return `${at}${at && ': '}${message}${got}`;
  });
  const first = name(faults[0]!.path)[0];
  throw new DefinitionFault(texts.join('; '), first === undefined ? undefined : String(first));
}

interface Fault {
  path: PropertyKey[];
  message: string;
  value?: unknown;
}

function faultsOf(issue: z.core.$ZodIssue, input: unknown): Fault[] {
  const value = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  if (issue.code === 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  // That none of several forms fits says little; what is wrong in the one that was meant says more.
  const meantForm =
    issue.code === 'invalid_union' && typeof value === 'object' && issue.errors.find(goesInside);
  if (!meantForm) return [{ path: issue.path, message: issue.message, value }];
  return meantForm
    .flatMap((each) => faultsOf(each, value))
    .map((fault) => ({ ...fault, path: [...issue.path, ...fault.path] }));
}

const goesInside = (issues: readonly z.core.$ZodIssue[]) =>
  issues.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys');

/** Zod's error map: says which property was meant. */
function unknownProperties(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const { shape = {} } = (issue.inst?._zod.def ?? {}) as { shape?: object };
  const known = Object.keys(shape);
  const of = (key: string) => meant(known, key) || `; expected ${known.join(', ')}`;
  return issue.keys.map((key) => `no such property as ${key}${of(key)}`).join('; ');
}

/** `target.hours[1]`. */
function pathText(keys: readonly PropertyKey[]): string {
  return keys
    .reduce<string>((at, key) => (typeof key === 'number' ? `${at}[${key}]` : `${at}.${String(key)}`), '')
    .replace(/^\./, '');
}

/** A value in a sentence, short. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'function'
      ? `the ${/^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function'} ${value.name || 'without a name'}`
      : value instanceof Promise
        ? 'a promise'
        : jsonOf(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value;
  }
}

/** ` did you mean check?`, or nothing. */
export function meant(words: readonly string[], typed: string): string {
  const near = nearest(words, typed);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** The configuration has no source of this name. */
export function unknownSource(name: string, known: readonly string[]): PermanentError {
  const others = known.length === 0 ? 'it has none' : `expected one of ${known.join(', ')}`;
  return new PermanentError(
    'UnknownSource',
    `the configuration has no source ${JSON.stringify(name)}${meant(known, name)}; ${others}`,
  );
}
