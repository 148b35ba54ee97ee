import { z } from 'zod';
import { zone } from '../settings/zone-setting.ts';
import { defineSection } from '../task/section.ts';
import { ownFormats } from './formats/own-formats.ts';
import { measures } from './measures.ts';

const range = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low <= high, { error: 'expected [low, high] with low ≤ high' });

const stationSchema = z.strictObject({
  /** What people call it. */
  name: z.string().optional(),
  /** The station's own time zone (IANA); its files carry local time. */
  timezone: zone.optional(),
  meanFrom: z.enum(['average', 'instant']).optional(),
  /** Physical limits that replace the built-in ones, by measure: `{ rain: [0, 500] }`. */
  limits: z.partialRecord(z.enum(measures.map((m) => m.name)), range).optional(),
  /** The same for periods of more than an hour: sums of rain may be larger then. */
  dayLimits: z.partialRecord(z.enum(measures.map((m) => m.name)), range).optional(),
  /** Measures whose doubtful values count in aggregates all the same. */
  accept: z.array(z.enum(measures.map((m) => m.name))).optional(),
});

/** The section `weather` of `regie.config.ts`: the network's stations and how to read them. */
export const weatherSchema = z.strictObject({
  /** Zone of stations that name none of their own (IANA). */
  timezone: zone.default('Indian/Reunion'),
  /** Create a station when a file of an unknown one arrives, instead of refusing the file. */
  autoRegister: z.boolean().default(false),
  /** What a mean is made of: `<m>_avg` where present (`average`), or `<m>` first (`instant`). */
  meanFrom: z.enum(['average', 'instant']).default('average'),
  /** Known stations by code, at most 10 characters as in the files' `meteor`. */
  stations: z.record(z.string().min(1).max(10), stationSchema).default({}),
  /** Formats of the installation's own, for `formats` of tasks that load. */
  formats: ownFormats,
});

export const weatherSection = defineSection('weather', weatherSchema.prefault({}));

export type WeatherSettings = z.output<typeof weatherSchema>;
export type StationSettings = z.output<typeof stationSchema>;
