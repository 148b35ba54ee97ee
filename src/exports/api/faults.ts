import type { z } from 'zod';
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
 * @throws {DefinitionFault} that names each fault: path, value, what was expected.
 */
export function checked<S extends z.ZodType>(
  schema: S,
  input: unknown,
  name: (path: PropertyKey[]) => PropertyKey[] = (path) => path,
): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => faultText(issue, input, name(issue.path)));
  const first = name(parsed.error.issues[0]!.path)[0];
  throw new DefinitionFault(faults.join('; '), first === undefined ? undefined : String(first));
}

function faultText(issue: z.core.$ZodIssue, input: unknown, shownPath: PropertyKey[]): string {
  const at = pathText(shownPath);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${pathText([...shownPath, key])}: no such property`).join('; ');
  const value = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  // A union says only that none of its forms fits; what is wrong in the form that was meant says more.
  const message = issue.code === 'invalid_union' ? unionText(issue, value) : issue.message;
  return `${at}${at && ': '}${message}${value === undefined || message.includes(shown(value)) ? '' : `, got ${shown(value)}`}`;
}

function unionText(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const branches = issue.errors.filter((issues) => issues.length > 0);
  const deep =
    typeof value === 'object' && value !== null && branches.find((issues) => issues.some(isInside));
  if (!deep)
    return issue.message === 'Invalid input' ? (branches[0]?.[0]?.message ?? issue.message) : issue.message;
  return deep.map((each) => faultText(each, value, [...each.path])).join('; ');
}

const isInside = (issue: z.core.$ZodIssue) => issue.path.length > 0 || issue.code === 'unrecognized_keys';

/** `target.hours[1]`. */
export function pathText(keys: readonly PropertyKey[]): string {
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
