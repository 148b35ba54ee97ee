import { existsSync } from 'node:fs';
import { UsageError } from '../command/exit.ts';
import { loadConfig } from './load-config.ts';
import type { LoadedConfig } from './config-schema.ts';

/** Loads the configuration that `--config` of a command line names, else the one that is found. @throws UsageError, ConfigError. */
export async function loadNamed(file: string | undefined): Promise<LoadedConfig> {
  if (file !== undefined && !existsSync(file))
    throw new UsageError(`There is no ${file}: --config names it.`);
  return loadConfig({ file });
}
