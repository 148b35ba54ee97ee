import { z } from 'zod';
import type { Kind } from '../task/kind.ts';
import { destinationsSchema, type Destination } from '../exports/delivery/settings.ts';
import { exportingSchema, exportsSchema, type ExportingSettings } from '../exports/settings.ts';
import { sourcesSchema, type SourceSettings } from '../exports/sources/settings.ts';
import { librarySchema, type LibrarySettings } from '../library/settings.ts';
import { weatherSchema, type WeatherSettings } from '../weather/settings.ts';
import { duration } from './duration.ts';

export const taskName = z.string().regex(/^[A-Za-z][\w-]{0,99}$/, {
  error: 'expected a letter, then letters, digits, `-` or `_`, at most 100',
});

/** One task as `regie.config.ts` declares it. `settings` is checked by its kind. */
const taskSchema = z.strictObject({
  name: taskName,
  kind: z.string(),
  aliases: z.array(z.string()).default([]),
  /** Period between ticks; the kind's own when left out. */
  every: duration(1_000).optional(),
  /** Name of a task whose runs, when they changed something, start this one at once. */
  after: z.string().optional(),
  settings: z.record(z.string(), z.unknown()).default({}),
});

export const configSchema = z
  .strictObject({
    /** Name of this installation; one Temporal namespace holds one. */
    installation: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'expected lower-case letters, digits and `-`, at most 63' })
      .default('regie'),
    /** How long the run ledger and trace lines are kept. */
    keepRuns: duration(60_000).default(30 * 86_400_000),
    weather: weatherSchema.prefault({}),
    library: librarySchema.prefault({}),
    /** Databases that exports read, by the name that they use: `source('outbound')`. */
    sources: sourcesSchema.prefault({}),
    /** Where exports go, by the name that their targets use. */
    destinations: destinationsSchema,
    /** What holds for all exports. */
    exporting: exportingSchema.prefault({}),
    /** Modules of exports, by campaign: each becomes a task, named as its file. */
    exports: exportsSchema.prefault([]),
    /** Kinds of this installation, beside the built-in ones. */
    kinds: z.array(z.custom<Kind>((k) => typeof k === 'object' && k !== null && 'work' in k)).default([]),
    /** May be left out where there are exports. */
    tasks: z.array(taskSchema).optional(),
  })
  .superRefine(({ tasks, exports }, context) => {
    if (tasks === undefined && Object.values(exports).every((list) => list.length === 0))
      context.addIssue({ code: 'custom', path: ['tasks'], message: 'expected array of tasks, or exports' });
  });

/** What a user writes in `defineConfig({...})`. */
export type ConfigInput = z.input<typeof configSchema>;

/** A checked task: its kind found, its settings parsed, its period in milliseconds. */
export interface Task {
  name: string;
  kind: Kind;
  /** Its own aliases and its kind's. */
  aliases: string[];
  every: number;
  after?: string;
  settings: unknown;
  /** SHA-256 of what the schedule and the runs depend on: lets `apply` and workers notice a difference. */
  hash: string;
}

/** The checked configuration of one installation. */
export interface Config {
  /** Folder of `regie.config.ts`; relative paths in settings start here. */
  root: string;
  /** The file itself. */
  file: string;
  installation: string;
  keepRuns: number;
  weather: WeatherSettings;
  library: LibrarySettings;
  sources: Record<string, SourceSettings>;
  destinations: Record<string, Destination>;
  exporting: ExportingSettings;
  tasks: Task[];
}
