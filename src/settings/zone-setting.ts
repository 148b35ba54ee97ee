import { z } from 'zod';

/** Schema of the name of a time zone (IANA). */
export const zone = z.string().refine(isZone, {
  error: (issue) =>
    `unknown time zone ${JSON.stringify(issue.input)}; expected an IANA name such as "Indian/Reunion"`,
});

/** Is this the name of a time zone (IANA)? */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
