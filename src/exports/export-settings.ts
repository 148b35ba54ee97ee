import path from 'node:path';
import { z } from 'zod';
import { duration } from '../settings/duration.ts';
import { defineSection } from '../task/section.ts';
import { destinationsSchema } from './delivery/destinations-section.ts';
import { sourcesSchema } from './sources/sources-section.ts';

const megabytes = z.number().int().min(128).max(65_536);

/** What holds for all exports of an installation. */
const exportDefaultsSchema = z.strictObject({
  /** Where finished files are kept, one folder a campaign; relative to the installation's folder. */
  folder: z.string().min(1).default('data/exports'),
  /** MB of memory that the process of one export may take. */
  memory: megabytes.default(512),
  /** How long making one file may take. */
  timeout: duration(1_000).default(3 * 3_600_000),
  /** How long loading a module may take. */
  loadWithin: duration(1_000).default(20_000),
});

/** Settings of one `export` task; what is left out is as for all exports (`exportDefaults`). */
export const exportSettings = z.strictObject({
  /** Path of its module, relative to the installation's folder. */
  module: z.string().min(1),
  campaign: z
    .string()
    .regex(/^[A-Za-z0-9][\w-]{0,99}$/, {
      error: 'expected letters, digits, `-` or `_`: it is the name of a folder',
    })
    .default('exports'),
  memory: megabytes.optional(),
  timeout: duration(1_000).optional(),
});

export type ExportSettings = z.output<typeof exportSettings>;

const entry = z
  .union([
    z.string(),
    exportSettings
      .omit({ campaign: true })
      .extend({ name: z.string().optional(), aliases: z.array(z.string()).optional() }),
  ])
  .transform((one): Entry => (typeof one === 'string' ? { module: one } : one));

/** No interface: the declaration of the configuration's schema has to spell it out. */
type Entry = {
  module: string;
  name?: string | undefined;
  aliases?: string[] | undefined;
  memory?: number | undefined;
  timeout?: number | undefined;
};

/**
 * The configuration's `exports`: paths of modules, in a list or grouped by campaign. Each becomes a task of the kind `export`, named as
 * its file.
 */
export const exportsSchema = z.union([
  z.array(entry).transform((list) => ({ exports: list })),
  z.record(exportSettings.shape.campaign.unwrap(), z.array(entry)),
]);

/** A task as `regie.config.ts` could declare it too. */
interface TaskInput {
  name: string;
  kind: string;
  aliases: string[];
  settings: Record<string, unknown>;
}

/** The tasks that the configuration's `exports` stand for. */
export function exportTasks(campaigns: z.output<typeof exportsSchema>): (TaskInput & { at: string })[] {
  return Object.entries(campaigns).flatMap(([campaign, list]) =>
    list.map(({ name, aliases, ...settings }, i) => ({
      at: `exports.${campaign}[${i}]`,
      name: name ?? path.parse(settings.module).name,
      kind: 'export',
      aliases: aliases ?? [],
      settings: { ...settings, campaign },
    })),
  );
}

/** Databases that exports read, by the name that they use: `source('outbound')`. */
export const sourcesSection = defineSection('sources', sourcesSchema.prefault({}));
/** Where exports go, by the name that their targets use. */
export const destinationsSection = defineSection('destinations', destinationsSchema);
/** What holds for all exports. */
export const exportDefaultsSection = defineSection('exportDefaults', exportDefaultsSchema.prefault({}), {
  formerKey: 'exporting',
});
/** Modules of exports, by campaign: each becomes a task, named as its file. */
export const exportsSection = defineSection('exports', exportsSchema.prefault([]));
