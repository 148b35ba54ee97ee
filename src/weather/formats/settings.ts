import { z } from 'zod';
import { isZone } from '../../settings/zone.ts';

/** A pattern as shells have them, on the path below the inbox; without a `/` on the file's name alone; any case. */
const match = z.string().min(1);

const code = z.string().min(1).max(10);

const timezone = z.string().refine((name) => name === 'station' || isZone(name), {
  error: (issue) =>
    `unknown time zone ${JSON.stringify(issue.input)}; expected an IANA name such as "UTC", or "station" for the station's own`,
});

const shared = {
  match,
  /** Take the place of observations that are there, instead of being skipped: for archives that are corrected. */
  replace: z.boolean().default(false),
  /** Our codes by what the file calls its stations. */
  stations: z.record(z.string().min(1), code).optional(),
};

const json = z.strictObject({ match, format: z.literal('json') });

const meteofrance = z
  .strictObject({
    ...shared,
    format: z.literal('meteofrance'),
    /** The one station that all rows are of. Else `stations` by NUM_POSTE or NOM_USUEL, else NUM_POSTE is the code. */
    station: code.optional(),
    /** Rows of stations that nobody knows: refused, or only counted, as one takes three of a whole département. */
    others: z.enum(['refuse', 'skip']).default('refuse'),
    /** What clock the hours are of; by default Météo-France's rule, see `meteofrance/clock.ts`. */
    timezone: timezone.optional(),
  })
  .refine(({ station, stations }) => station === undefined || stations === undefined, {
    error: 'expected either "station", one for all rows, or "stations", by number of the post; found both',
  });

const rain = z.strictObject({
  ...shared,
  format: z.literal('rain'),
  /** The station's code; else the file's name up to the first `-`, `_` or `.`, through `stations` where that has it. */
  station: code.optional(),
  /** What a line's millimetres are: fallen since 00:00 of the file's clock, or in the minute that ends there. */
  amount: z.enum(['day-total', 'minute']).default('day-total'),
  timezone: timezone.default('UTC'),
});

/** How files of one kind of name are read. The first entry that matches counts; other `*.json` files are JSON. */
export const formatSettings = z.discriminatedUnion('format', [json, meteofrance, rain]);

export type FormatSettings = z.output<typeof formatSettings>;
export type MeteoFranceSettings = z.output<typeof meteofrance>;
export type RainSettings = z.output<typeof rain>;
