import { defineConfig } from 'regie';
import { tideGauges } from './module.ts';

/** An installation with a module of its own: `regie --config examples/tides/regie.config.ts up`. */
export default defineConfig({
  installation: 'tides',
  modules: [tideGauges],
  tides: { gauges: { PORT: { name: 'Port', alarm: 1.5 } } },
  tasks: [{ name: 'svcTides', kind: 'readTides' }],
});
