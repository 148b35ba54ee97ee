import type { Module, SectionInputs } from '../module/module.ts';
import type { TaskInput } from '../module/task-input.ts';
import type { ConfigInput } from './config-schema.ts';

/**
 * Types the object that `regie.config.ts` exports by default. It is checked when it is loaded. The sections of modules
 * in `modules` are typed as those of the built-in ones are.
 */
export function defineConfig<const M extends readonly Module[] = readonly []>(
  config: Omit<ConfigInput, 'modules'> & { modules?: M } & SectionInputs<M>,
): ConfigInput {
  return config as unknown as ConfigInput;
}

/** Types one task of the configuration. */
export function task(input: TaskInput): TaskInput {
  return input;
}
