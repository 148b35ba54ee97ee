import { z } from 'zod';
import { builtInFormats } from './built-in.ts';
import type { Format } from './format.ts';

/** What is wrong with the shape of a format, which is code of users, by the property; undefined when nothing is. */
function faultOf(format: unknown): { at?: keyof Format; message: string } | undefined {
  if (typeof format !== 'object' || format === null)
    return { message: 'expected a format: defineFormat({ name, settings, open })' };
  const { name, settings, weight, open } = format as Record<keyof Format, unknown>;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(name))
    return { at: 'name', message: 'expected a lower-case word, with digits and `-`' };
  if (builtInFormats.some((each) => each.name === name))
    return { at: 'name', message: 'a format of Regie has this name; expected another one' };
  const schema = settings as { safeExtend?: unknown; shape?: object } | null | undefined;
  if (typeof schema?.safeExtend !== 'function' || typeof schema.shape !== 'object')
    return { at: 'settings', message: 'expected a schema of an object, such as z.strictObject({})' };
  const taken = ['match', 'format'].find((key) => key in schema.shape!);
  if (taken !== undefined)
    return { at: 'settings', message: `every entry has "${taken}"; expected another name` };
  if (weight !== undefined && !(typeof weight === 'number' && weight > 0 && weight < Infinity))
    return { at: 'weight', message: 'expected a number above 0' };
  if (typeof open !== 'function') return { at: 'open', message: 'expected a function' };
  return undefined;
}

/** `weather.formats`: the installation's own. */
export const ownFormats = z
  .array(z.custom<Format>())
  .superRefine((formats, ctx) => {
    formats.forEach((format, i) => {
      const fault = faultOf(format);
      const twin = !fault && formats.findIndex((each) => each.name === format.name) < i;
      if (fault)
        ctx.addIssue({
          code: 'custom',
          message: fault.message,
          path: fault.at === undefined ? [i] : [i, fault.at],
        });
      if (twin) ctx.addIssue({ code: 'custom', message: 'another format has this name', path: [i, 'name'] });
    });
  })
  .default([]);
