import { commandInstallation } from '../../support/command-installation.ts';
import type { Said } from '../../support/command.ts';
import { weatherDatabase, type WeatherDatabase } from './weather-database.ts';

/** A weather database, and the installation that it belongs to. */
export interface WeatherInstallation extends WeatherDatabase {
  root: string;
  /** `regie weather …`, in this installation. */
  regie(...args: string[]): Promise<Said>;
}

/** `tasks`: those of its configuration, as TypeScript. */
export async function weatherInstallation(tasks = '[]'): Promise<WeatherInstallation> {
  const weather = await weatherDatabase();
  const { root, regie, remove } = commandInstallation(
    weather.url,
    `{ installation: 'test', tasks: ${tasks} }`,
  );
  return {
    ...weather,
    root,
    regie: (...args) => regie('weather', ...args),
    async close() {
      remove();
      await weather.close();
    },
  };
}
