import { z } from 'zod';
import type { Module, SectionInputs } from '../module/module.ts';
import { taskSchema } from '../module/task-input.ts';
import type { BuiltInModules } from '../modules.ts';
import { duration } from '../settings/duration.ts';
import type { Config } from '../task/config.ts';
import type { Kind } from '../task/kind.ts';

/** What `regie.config.ts` holds beside the sections of modules. */
export const baseSchema = z.strictObject({
  /** Name of this installation; one Temporal namespace holds one. */
  installation: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'expected lower-case letters, digits and `-`, at most 63' })
    .default('regie'),
  /** How long the run ledger and trace lines are kept. */
  keepRuns: duration(60_000).default(30 * 86_400_000),
  /** Modules of this installation, beside the built-in ones. */
  modules: z.array(z.custom<Module>()).default([]),
  /** Kinds of this installation that need no module. */
  kinds: z.array(z.custom<Kind>()).default([]),
  /** May be left out where a section brings tasks. */
  tasks: z.array(taskSchema).optional(),
});

/** What a user writes in `defineConfig({...})`: the sections are those of the built-in modules. */
export type ConfigInput = z.input<typeof baseSchema> & SectionInputs<BuiltInModules>;

/** A checked configuration, with the modules that are in force. */
export interface LoadedConfig extends Config {
  modules: readonly Module[];
}
