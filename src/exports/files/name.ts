import { shown } from '../api/shown-values.ts';

/** So that a temporary ending and a prefix of a folder's own still fit into the 255 bytes of file systems. */
const MOST_BYTES = 200;

/**
 * The name of a file: `template` with `{yyyy}` and the like replaced. Values come from outside (a segment is what an operator typed), so the
 * name is checked, not only the template.
 * @throws {Error} for an unknown placeholder, and for what is no plain file name: empty, `.`, `..`, hidden, a path, with control characters, too long.
 */
export function fileName(template: string, placeholders: Readonly<Record<string, string>>): string {
  const name = template.replaceAll(/\{([^{}]*)\}/g, (_, key: string) => {
    const value = Object.hasOwn(placeholders, key) ? placeholders[key] : undefined;
    if (value === undefined)
      throw new Error(
        `the file name ${shown(template)} has the placeholder {${key}}, which has no value here; expected one of ${Object.keys(
          placeholders,
        )
          .map((known) => `{${known}}`)
          .join(', ')}`,
      );
    return value;
  });
  const fault = faultOf(name);
  if (fault !== undefined)
    throw new Error(
      `the file name ${shown(template)} becomes ${shown(name)}, which ${fault}; expected a plain file name`,
    );
  return name;
}

function faultOf(name: string): string | undefined {
  if (name.trim() === '') return 'is empty';
  if (/[/\\]/.test(name)) return 'has a slash or a backslash';
  // Lone surrogates have no UTF-8: the file would be called something else.
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)) return 'has control characters';
  if (name.startsWith('.')) return 'begins with a dot';
  const bytes = Buffer.byteLength(name);
  if (bytes > MOST_BYTES) return `has ${bytes} bytes, more than ${MOST_BYTES}`;
  return undefined;
}
