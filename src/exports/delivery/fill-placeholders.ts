import { z } from 'zod';
import { PermanentError } from '../../task/errors.ts';

/** What a destination's texts may hold in braces (`OutgoingFile.placeholders`). */
const namePlaceholders = ['yyyy', 'MM', 'dd', 'name', 'campaign', 'segment', 'file', 'rows'] as const;

const hole = /\{([^{}]*)\}/g;

/** The first placeholder of a template that there is not. */
function unknownPlaceholder(template: string): string | undefined {
  for (const [, name = ''] of template.matchAll(hole))
    if (!(namePlaceholders as readonly string[]).includes(name)) return name;
  return undefined;
}

/** A text with placeholders, refused when it has one that there is not. */
export const template = z.string().superRefine((text, ctx) => {
  const unknown = unknownPlaceholder(text);
  if (unknown !== undefined) ctx.addIssue({ code: 'custom', message: unknownMessage(unknown), input: text });
});

/** A template that an export gives instead of a destination's own. */
export const ownTemplate = template.min(1, { error: 'expected a text that is not empty' });

/** The same for a folder. */
export const ownFolder = ownTemplate.regex(/^\P{Cc}*$/u, {
  error: 'expected a folder without control characters',
});

/** What is wrong with a template that has the placeholder `name`. */
function unknownMessage(name: string): string {
  return `unknown placeholder {${name}}; expected one of ${namePlaceholders.map((each) => `{${each}}`).join(', ')}`;
}

/**
 * Puts values into a template. `encode` is called for each value.
 * @throws {PermanentError} when it has a placeholder without a value, such as `{segment}` of a daily export.
 */
export function fill(
  text: string,
  placeholders: Readonly<Record<string, string>>,
  encode: (value: string, name: string) => string = (value) => value,
): string {
  return text.replaceAll(hole, (_, name: string) => {
    const value = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined;
    if (value === undefined)
      throw new PermanentError(
        'BadPlaceholder',
        `${JSON.stringify(text)}: this export has no {${name}}; expected one of ${Object.keys(placeholders)
          .map((each) => `{${each}}`)
          .join(', ')}`,
      );
    return encode(value, name);
  });
}

/**
 * Puts values into the path of a folder. A value is one name: it leads neither up nor further down.
 * @throws {PermanentError} for a value that would.
 */
export function fillFolder(folder: string, placeholders: Readonly<Record<string, string>>): string {
  return fill(folder, placeholders, (value, name) => {
    if (value === '' || value === '.' || value === '..' || /[/\\]|\p{Cc}/u.test(value))
      throw new PermanentError(
        'BadPlaceholder',
        `folder ${JSON.stringify(folder)}: {${name}} is ${JSON.stringify(value)}, which is no name of a folder; expected one without / and \\`,
      );
    return value;
  });
}

/**
 * Splits the template of a folder before the first part with a placeholder: what stands before must be there, what
 * follows is made. A folder without placeholders is never made: where a disk is not mounted it would be a wrong one.
 */
export function splitFolder(folder: string): { base: string; made: string[] } {
  const parts = folder.split('/');
  const first = parts.findIndex((part) => part.includes('{'));
  if (first === -1) return { base: folder, made: [] };
  const base = parts.slice(0, first).join('/');
  return {
    base: base === '' && folder.startsWith('/') ? '/' : base,
    made: parts.slice(first).filter((part) => part !== ''),
  };
}
