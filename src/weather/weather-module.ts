import { fileURLToPath } from 'node:url';
import { defineModule } from '../module/module.ts';
import { register } from './weather-commands.ts';

/** The weather network: what stations send is loaded, and aggregated by hour, day, month and year. */
export const weather = defineModule({
  name: 'weather',
  kinds: async () => [
    (await import('./load/load-json-kind.ts')).loadJson,
    (await import('./aggregate/aggregate-kind.ts')).aggregate,
  ],
  sections: async () => [(await import('./weather-settings.ts')).weatherSection],
  migrations: fileURLToPath(new URL('../../src/weather/migrations', import.meta.url)),
  commands: register,
  checks: [async (context) => (await import('./checks.ts')).checkWriters(context)],
  firstLook: async (where) => (await import('./weather-first-look.ts')).lookAtWeather(where),
});
