import { z } from 'zod';
import { duration } from '../../settings/duration.ts';
import { zone } from '../../settings/zone-setting.ts';

export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';

/** When an export is due, and to whom it goes. */
export interface Target {
  /** Local hours in which it may run; default 4, 5, 6, 7: from 04:00 up to 08:00. They must follow one another. */
  hours?: readonly number[];
  /** What one file is about; default `day`. `month`: due on the first, for the month before. `operation`: when the operator says so. */
  period?: 'day' | 'month' | 'operation';
  /** IANA zone of the hours, of the business day and of moments in the file; default `UTC`. */
  timezone?: string;
  /** After a failure, again after this time while the window lasts; divides an hour or is an hour. Default `1 hour`. */
  retryEvery?: string;
  /** Business days on which it is due; default all. Only with `period: 'day'`. */
  weekdays?: readonly Weekday[];
  /** Business days on which it is not due: `2026-12-25`, or `12-25` for every year. Only with `period: 'day'`. */
  holidays?: readonly string[];
  /** Where the file goes: names of the configuration's `destinations`. Default: the export's own folder only. */
  deliver?: readonly DeliverTo[];
}

/** A destination by name, or with what is to be different for this export. */
export type DeliverTo =
  | string
  | {
      to: string;
      /** Mail: instead of the destination's recipients. */
      recipients?: readonly string[];
      /** Mail: with placeholders, as in file names. */
      subject?: string;
      /** Mail: with placeholders, as in file names. */
      text?: string;
      /** FTP, SFTP, directory: instead of the destination's folder; with placeholders. */
      folder?: string;
      /** Of a destination of your own type: instead of its settings of these names. */
      with?: Readonly<Record<string, unknown>>;
    };

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const hour = z.number().int().min(0).max(23);

const holiday = z.string().regex(/^(\d{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, {
  error: "expected a day, '2026-12-25', or '12-25' for every year",
});

const deliverTo = z.union([
  z.string().transform((to) => ({ to })),
  z.strictObject({
    to: z.string(),
    recipients: z.array(z.string()).readonly().optional(),
    subject: z.string().optional(),
    text: z.string().optional(),
    folder: z.string().optional(),
    with: z.record(z.string(), z.json()).optional(),
  }),
]);

/** Checks a target and fills in the defaults (docs/writing-exports.md). */
export const targetSchema = z
  .strictObject({
    hours: z
      .array(hour)
      .min(1)
      .default([4, 5, 6, 7])
      .refine((hours) => hours.every((h, i) => i === 0 || h === hours[i - 1]! + 1), {
        error: 'expected hours of one day that follow one another, such as [4, 5, 6, 7]',
      }),
    period: z.enum(['day', 'month', 'operation']).default('day'),
    timezone: zone.default('UTC'),
    retryEvery: duration(60_000)
      .default(3_600_000)
      .refine((ms) => 3_600_000 % ms === 0 && ms % 60_000 === 0, {
        error:
          'expected whole minutes that divide an hour: 1 hour, 30 minutes, 20, 15, 12, 10, 6, 5, 4, 3, 2, 1 minute',
      }),
    weekdays: z.array(z.enum(weekdays)).min(1).optional(),
    holidays: z.array(holiday).default([]),
    deliver: z
      .array(deliverTo)
      .default([])
      .refine((list) => new Set(list.map(({ to }) => to)).size === list.length, {
        error: 'expected each destination once; declare a second one for other recipients or folders',
      }),
  })
  .refine(({ period, weekdays: days, holidays }) => period === 'day' || (!days && holidays.length === 0), {
    error: "weekdays and holidays go with period: 'day' only",
  });

/** A checked target; `retryEvery` in milliseconds. */
export type CheckedTarget = z.output<typeof targetSchema>;
