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
  library: {
    storage: 'data/library/storage',
    databoxes: {
      photos: {
        timezone: 'Indian/Reunion',
        collections: { Intake: {}, Published: {}, Archive: {} },
        fields: [
          { name: 'Title', source: ['XMP-dc:Title', 'IPTC:Headline'] },
          { name: 'Description', source: ['XMP-dc:Description', 'IPTC:Caption-Abstract'] },
          { name: 'Keywords', source: ['XMP-dc:Subject', 'IPTC:Keywords'], multi: true },
          { name: 'Creator', source: ['XMP-dc:Creator', 'IPTC:By-line'] },
          { name: 'Taken', source: ['EXIF:DateTimeOriginal', 'XMP-photoshop:DateCreated'], type: 'date' },
          { name: 'Latitude', source: 'GPS:GPSLatitude', type: 'number' },
          { name: 'Longitude', source: 'GPS:GPSLongitude', type: 'number' },
        ],
        statusBits: { 4: { label: 'Checked', on: 'checked', off: 'to be checked' } },
      },
    },
  },
  // The calls that `npm start` and `regie demo calls` generate, in Regie's own database. A real one has an address, and a
  // password by reference: `{ type: 'mariadb', host: 'dialler', database: 'calls', user: 'reader', password: 'env:DIALLER_PASSWORD' }`.
  sources: { outbound: { type: 'postgres', schema: 'dialler' } },
  // Where exports go that name a destination; these here lie in data/exports/canal.
  // destinations: {
  //   reporting: { type: 'sftp', host: 'files.example.org', user: 'regie', password: 'env:SFTP_PASSWORD', folder: '/in/{yyyy}', fingerprint: 'SHA256:…' },
  // },
  exports: {
    canal: [
      './examples/exports/closed-cards.ts',
      './examples/exports/welcome-call.ts',
      './examples/exports/africa-calls.ts',
      './examples/exports/quality-barometer.ts',
      './examples/exports/blocked-answering-machines.ts',
      './examples/exports/end-of-operation.ts',
      './examples/exports/billing-month.ts',
    ],
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
    {
      name: 'ftp-pull',
      kind: 'ftpPull',
      every: '1m',
      settings: {
        // The demo's server, which `npm start` runs, and `regie demo ftp`. A real one has a user, and a
        // password by reference: `user: 'pull', password: 'env:FTP_PASSWORD', tls: 'explicit'`.
        host: '127.0.0.1',
        port: 2121,
        localPath: 'data/library/hotfolder',
        // Enough for files that nobody uploads slowly; leave it out (30 s) for a real server.
        stableFor: '5s',
      },
    },
    {
      name: 'archive',
      kind: 'archive',
      every: '1m',
      after: 'ftp-pull',
      settings: { databox: 'photos', collection: 'Intake', hotfolder: 'data/library/hotfolder' },
    },
  ],
});
