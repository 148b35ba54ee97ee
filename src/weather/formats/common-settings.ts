import { z } from 'zod';
import { isZone } from '../../settings/zone-setting.ts';

/** A station's code. */
export const code = z.string().min(1).max(10);

/** The clock of a file's times. */
export const timezone = z.string().refine((name) => name === 'station' || isZone(name), {
  error: (issue) =>
    `unknown time zone ${JSON.stringify(issue.input)}; expected an IANA name such as "UTC", or "station" for the station's own`,
});

/** Settings of formats whose files come from others than the network's stations. */
export const ofOthers = {
  /** Take the place of observations that are there, instead of being skipped: for archives that are corrected. */
  replace: z.boolean().default(false),
  /** Our codes by what the file calls its stations. */
  stations: z.record(z.string().min(1), code).optional(),
};
