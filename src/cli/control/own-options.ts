import { UsageError } from '../../command/exit.ts';
import { nearest } from '../../task/nearest.ts';
import type { OptionsOfKind } from '../../task/kind.ts';

/**
 * Reads the options that only a task's kind knows.
 * @param words what was left over on the command line: `--day 2026-11-20 --force`, `--day=2026-11-20`.
 * @param whose who takes them, for words: `closed-cards`.
 * @throws UsageError for one that there is none of, for a value that is missing, and for words that belong to none.
 */
export function ownOptions(
  known: OptionsOfKind,
  words: readonly string[],
  whose: string,
): Record<string, string | true> {
  const found: Record<string, string | true> = {};
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [, name = '', , given] = /^--([\w-]+)(=(.*))?$/s.exec(word) ?? [];
    if (name === '') throw new UsageError(`${whose} takes no ${JSON.stringify(word)}.`);
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!option) throw new UsageError(unknown(known, name, whose));
    if (option.value === undefined && given !== undefined)
      throw new UsageError(`--${name} of ${whose} takes no value.`);
    const value = option.value === undefined ? true : (given ?? left.shift());
    if (value === undefined || value === '' || (given === undefined && String(value).startsWith('--')))
      throw new UsageError(`--${name} of ${whose} needs a value: ${flagOf(name, option)}.`);
    found[name] = value;
  }
  return found;
}

function unknown(known: OptionsOfKind, name: string, whose: string): string {
  const near = nearest(Object.keys(known), name);
  const hint =
    near !== undefined
      ? `Did you mean --${near}?`
      : Object.keys(known).length > 0
        ? `It takes ${listed(known).join(', ')}.`
        : 'Its kind has no options of its own.';
  return `${whose} takes no --${name}. ${hint}`;
}

/** `--day <yyyy-mm-dd>`, or `--force`. */
export const flagOf = (name: string, { value }: OptionsOfKind[string]) =>
  `--${name}${value === undefined ? '' : ` <${value}>`}`;

export const listed = (known: OptionsOfKind) =>
  Object.entries(known).map(([name, option]) => flagOf(name, option));
