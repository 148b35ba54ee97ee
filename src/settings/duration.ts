import ms from 'ms';
import { z } from 'zod';

/** Schema of a span of time: `'30s'`, `'2m'`, `'1h'`, `'7d'`; gives milliseconds. Refuses less than `least` ms. */
export function duration(least: number) {
  return z.union([z.string(), z.number()]).transform((value, ctx) => {
    const span = typeof value === 'number' ? value : parse(value);
    if (span === undefined || span < least) {
      ctx.addIssue({
        code: 'custom',
        message: `expected a time span of at least ${ms(least)}, such as '30s', '2m' or '1h'`,
        input: value,
      });
      return z.NEVER;
    }
    return span;
  });
}

function parse(text: string): number | undefined {
  const span = ms(text as ms.StringValue) as number | undefined;
  return span !== undefined && Number.isFinite(span) ? span : undefined;
}
