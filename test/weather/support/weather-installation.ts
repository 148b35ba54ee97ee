import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command, type Said } from '../../support/command.ts';
import { weatherDatabase, type WeatherDatabase } from './weather-database.ts';

/** A folder with a `regie.config.ts`, and the database that commands find by DATABASE_URL until it is closed. */
export interface WeatherInstallation extends WeatherDatabase {
  root: string;
  /** `regie weather …`, in this installation. */
  regie(...args: string[]): Promise<Said>;
}

/** `tasks`: those of its configuration, as TypeScript. */
export async function weatherInstallation(tasks = '[]'): Promise<WeatherInstallation> {
  const weather = await weatherDatabase();
  const root = mkdtempSync(path.join(tmpdir(), 'regie-weather-'));
  const config = path.join(root, 'regie.config.ts');
  writeFileSync(config, `export default { installation: 'test', tasks: ${tasks} };`);
  const before = process.env.DATABASE_URL;
  process.env.DATABASE_URL = weather.url;
  return {
    ...weather,
    root,
    regie: (...args) => command(['--config', config, 'weather', ...args]),
    async close() {
      if (before === undefined) delete process.env.DATABASE_URL;
      else process.env.DATABASE_URL = before;
      await weather.close();
      rmSync(root, { recursive: true });
    },
  };
}
