import type { Field } from '../model/databox.ts';

/** What a field can hold of some texts: several values, each once, or one text. */
export function splitValues(
  { multi, separators }: Pick<Field, 'multi' | 'separators'>,
  texts: readonly string[],
): string[] {
  if (!multi) {
    // Nothing that was said is lost: a second value goes into the one text.
    const joined = texts
      .map(tidy)
      .filter(Boolean)
      .join(`${separators[0] ?? ';'} `);
    return joined === '' ? [] : [joined];
  }
  return [...new Set(texts.flatMap((text) => split(text, separators)).map(tidy))].filter(Boolean);
}

function split(text: string, separators: string): string[] {
  const parts = [''];
  for (const character of text) {
    if (separators.includes(character)) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

/** PostgreSQL takes no NUL. */
const tidy = (text: string) => text.replaceAll('\0', '').trim();
