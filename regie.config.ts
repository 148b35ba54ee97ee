import { defineConfig } from 'regie';

/**
 * The example installation: what runs after `npm start`. Copy it, change it, `regie apply` it.
 */
export default defineConfig({
  installation: 'meteor',
  weather: {
    timezone: 'Indian/Reunion',
    // So that a first file of any station is taken. Leave it out in production: then a file of a station
    // that nobody knows is refused and kept, instead of making a new one of a mistyped code.
    autoRegister: true,
    stations: {
      DEMO01: { name: 'Plaine des Cafres (simulated)' },
      DEMO02: { name: 'Le Port (simulated)' },
    },
  },
  tasks: [
    {
      name: 'svcLoadJson',
      kind: 'loadJson',
      every: '30s',
      settings: {
        inbox: 'data/weather/inbox',
        // Files of other sources, by their names; the stations must be known, like all others.
        // formats: [
        //   { match: 'H_974_*.csv', format: 'meteofrance', stations: { '97418110': 'GILLOT' }, others: 'skip' },
        //   { match: 'ovpf/*.txt', format: 'rain' },
        // ],
      },
    },
    { name: 'svcAggregate', kind: 'aggregate', every: '2m', after: 'svcLoadJson' },
  ],
});
