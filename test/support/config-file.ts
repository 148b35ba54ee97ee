import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConfigInput } from '../../src/config/config-schema.ts';
import type { TestInstallation } from './installation.ts';

/**
 * Gives a test installation a `regie.config.ts`, and commands its database. The command loads a file, as a user's does;
 * what it says is this process's own, so that probes are shared. Gives the file.
 */
export async function writeConfigFile(at: TestInstallation, input: ConfigInput): Promise<string> {
  process.env.DATABASE_URL = at.databaseUrl;
  const file = path.join(at.root, 'regie.config.ts');
  Object.assign(globalThis, { regieTestConfig: input });
  await writeFile(file, 'export default globalThis.regieTestConfig;');
  return file;
}
