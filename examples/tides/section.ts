import { defineSection, z } from 'regie';

const gauge = z.strictObject({
  /** What people call it. */
  name: z.string().min(1),
  /** Metres from which on an operator has to look at it. */
  alarm: z.number().positive().optional(),
});

/** The section `tides` of `regie.config.ts`: the gauges, by the code that their files begin with. */
export const tides = defineSection(
  'tides',
  z.strictObject({ gauges: z.record(z.string().regex(/^[A-Z]{2,10}$/), gauge).default({}) }).prefault({}),
);
