import { z } from 'zod';

/** `/^(.+)\.jpg$/i`, as the old product's settings have them; flags that change what a match is are not for masks. */
const DELIMITED = /^\/(.*)\/([imsu]*)$/s;

/** Reads a regular expression: bare, or between slashes with flags. Throws SyntaxError. */
export function parseRegularExpression(text: string): RegExp {
  const [, source = text, flags = ''] = DELIMITED.exec(text) ?? [];
  return new RegExp(source, flags);
}

/** Schema of a regular expression in settings. */
export const regularExpression = z
  .string()
  .min(1)
  .transform((text, ctx) => {
    try {
      return parseRegularExpression(text);
    } catch (error) {
      ctx.addIssue({
        code: 'custom',
        message: `expected a regular expression: ${(error as Error).message}`,
        input: text,
      });
      return z.NEVER;
    }
  });
