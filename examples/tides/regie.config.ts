import { defineConfig } from 'regie';
import { buoy } from './buoy-format.ts';
import { tideGauges } from './module.ts';

/** An installation with a module and a format of its own: `regie --config examples/tides/regie.config.ts up`. */
export default defineConfig({
  installation: 'tides',
  modules: [tideGauges],
  tides: { gauges: { PORT: { name: 'Port', alarm: 1.5 } } },
  weather: { stations: { BUOY7: { timezone: 'UTC' } }, formats: [buoy] },
  tasks: [
    { name: 'svcTides', kind: 'readTides' },
    {
      name: 'svcLoadJson',
      kind: 'loadJson',
      settings: { formats: [{ match: '*.buoy', format: 'buoy', stations: { B7: 'BUOY7' } }] },
    },
  ],
});
