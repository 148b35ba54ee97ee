import type { ConfigInput } from './schema.ts';

/** Types the object that `regie.config.ts` exports by default. It is checked when it is loaded. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}

/** Types one task of the configuration. */
export function task(
  input: NonNullable<ConfigInput['tasks']>[number],
): NonNullable<ConfigInput['tasks']>[number] {
  return input;
}
