import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { webToken, type Servers } from './servers.ts';

/** A port of a server that is not to be had: its tests are skipped. */
const NOBODY = 9;

export interface Layout {
  /** Of the endpoint that takes batches. */
  uploadPort: number;
}

/** Secrets of the configuration, as the terminal of `regie up` has them. */
export function secretsOf({ ftp, mariadb }: Servers): Record<string, string> {
  return {
    WEB_TOKEN: webToken,
    UPLOAD_KEY: 'a-key-for-uploads-0123456789',
    ...('missing' in ftp ? {} : { FTP_PASSWORD: ftp.password }),
    ...('missing' in mariadb ? {} : { MARIADB_PASSWORD: mariadb.password }),
  };
}

/** Writes the installation of a user who has nothing but the package: a configuration with every kind, and exports. */
export function writeConfiguration(root: string, servers: Servers, layout: Layout): void {
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  write('regie.config.ts', configuration(servers, layout));
  for (const [name, text] of Object.entries(modules())) write(`exports/${name}.ts`, text);
  // The example of a module, as the package has it.
  cpSync(path.join(root, 'node_modules/regie/examples/tides'), path.join(root, 'tides'), { recursive: true });
  // What a destination or a hotfolder must find.
  for (const folder of ['share', 'data/weather/inbox/ovpf', 'data/library/batches/drop'])
    mkdirSync(path.join(root, folder), { recursive: true });
  write('data/library/hotfolder/.phrasea.xml', '');
}

function configuration({ ftp, sshd, mariadb, mail, web }: Servers, { uploadPort }: Layout): string {
  const ftpServer =
    'missing' in ftp
      ? { host: '127.0.0.1', port: NOBODY }
      : { host: ftp.host, port: ftp.port, user: ftp.user, password: 'env:FTP_PASSWORD' };
  const remote = 'missing' in ftp ? '/' : ftp.directory;
  const sftp =
    'missing' in sshd
      ? {
          port: NOBODY,
          user: 'nobody',
          key: 'file:/nowhere',
          folder: '/',
          fingerprint: `SHA256:${'A'.repeat(43)}`,
        }
      : {
          port: sshd.port,
          user: sshd.user,
          key: `file:${sshd.key}`,
          folder: sshd.folder,
          fingerprint: sshd.fingerprint,
        };
  const dialler =
    'missing' in mariadb
      ? { port: NOBODY }
      : {
          port: mariadb.port,
          database: mariadb.database,
          user: mariadb.user,
          password: 'env:MARIADB_PASSWORD',
        };
  const text = JSON.stringify;
  return `import { appendFileSync } from 'node:fs';
import { defineConfig, defineKind, z } from 'regie';
import { httpPut } from './tides/http-put.ts';
import { buoy } from './tides/buoy-format.ts';
import { tideGauges } from './tides/module.ts';

const greet = defineKind({
  name: 'greet',
  aliases: ['hello'],
  summary: 'Greets whoever is named in the settings',
  settings: z.strictObject({ who: z.string().min(1) }),
  every: '300d',
  poll: async () => ({ work: true }),
  work: async (ctx) => {
    const { rows } = await ctx.db.query<{ one: number }>('select 1 as one');
    ctx.trace(\`greeting \${ctx.settings.who}\`);
    appendFileSync(new URL('greeted.txt', import.meta.url), \`\${ctx.settings.who}\\n\`);
    return { outcome: 'done', counts: { greeted: rows[0]!.one }, changed: false };
  },
});

export default defineConfig({
  installation: 'shipped',
  kinds: [greet],
  modules: [tideGauges],
  tides: { gauges: { PORT: { name: 'Port', alarm: 1.5 } } },
  weather: { timezone: 'Indian/Reunion', autoRegister: true, formats: [buoy] },
  library: {
    databoxes: {
      photos: {
        timezone: 'Indian/Reunion',
        collections: { Intake: {}, Published: {}, Archive: {}, Batches: {}, Old: {} },
        fields: [
          { name: 'Title', source: ['XMP-dc:Title', 'IPTC:Headline'] },
          { name: 'Keywords', source: ['XMP-dc:Subject'], multi: true },
        ],
        statusBits: { 4: { label: 'Checked' } },
      },
    },
  },
  sources: {
    own: { type: 'postgres', schema: 'dialler' },
    dialler: { type: 'mariadb', host: '127.0.0.1', ...${text(dialler)} },
  },
  destinations: {
    share: { type: 'directory', folder: 'share' },
    later: { type: 'directory', folder: 'later' },
    reporting: {
      type: 'mail', host: 'localhost', port: ${mail.port}, tls: 'required', ca: ${text(mail.authority)},
      from: 'regie@example.org', recipients: ['anne@example.org'], subject: '{name} of {dd}/{MM}/{yyyy}',
    },
    web: { type: httpPut, url: 'http://127.0.0.1:${web.port}/in', token: 'env:WEB_TOKEN' },
    partner: { type: 'sftp', host: '127.0.0.1', ...${text(sftp)} },
    archive: { type: 'ftp', ...${text(ftpServer)}, folder: ${text(path.posix.join(remote, 'out'))} },
  },
  exports: { canal: ${text(Object.keys(modules()).map((name) => `./exports/${name}.ts`))} },
  tasks: [
    {
      name: 'svcLoadJson', kind: 'loadJson', every: '300d',
      settings: {
        inbox: 'data/weather/inbox', stableFor: 0,
        formats: [
          { match: 'H_974_*.csv', format: 'meteofrance', stations: { '97418110': 'GILLOT' } },
          { match: 'ovpf/*.txt', format: 'rain' },
          { match: '*.buoy', format: 'buoy', stations: { B7: 'BUOY7' } },
          { match: '*.v1.json', format: 'json-v1' },
        ],
      },
    },
    { name: 'svcAggregate', kind: 'aggregate', every: '300d' },
    {
      name: 'ftp-pull', kind: 'ftpPull', every: '300d',
      settings: { ...${text(ftpServer)}, remotePath: ${text(path.posix.join(remote, 'in'))}, localPath: 'data/library/hotfolder', stableFor: 0 },
    },
    {
      name: 'archive', kind: 'archive', every: '300d',
      settings: { databox: 'photos', collection: 'Intake', hotfolder: 'data/library/hotfolder', stableFor: 0, sidecarWait: 0 },
    },
    {
      name: 'batches', kind: 'batchUpload', every: '300d',
      settings: { databox: 'photos', collection: 'Batches', user: 'ann', stableFor: 0, http: { port: ${uploadPort}, key: 'env:UPLOAD_KEY' } },
    },
    {
      name: 'mover', kind: 'recordMover', every: '300d',
      settings: {
        rules: [{
          name: 'to the site', databox: 'photos', action: 'update',
          from: { text: [{ field: 'Title', compare: '=', value: 'Piton des Neiges' }] }, to: { collection: 'Published' },
        }],
      },
    },
    {
      name: 'workflow', kind: 'workflow01', every: '300d',
      settings: { databox: 'photos', from: { collection: 'Published' }, to: { collection: 'Archive', status: { bit: 4, on: true } } },
    },
    { name: 'emptying', kind: 'emptyCollection', every: '300d', settings: { databox: 'photos', collection: 'Old' } },
    { name: 'svcGreet', kind: 'greet', settings: { who: 'the night shift' } },
    { name: 'svcTides', kind: 'readTides', every: '300d' },
  ],
});
`;
}

/** Exports, by name. None is due by itself while the test runs: their hour is half a day away. */
function modules(): Record<string, string> {
  const hours = `hours: [${(new Date().getUTCHours() + 12) % 24}]`;
  return {
    cards: `import { CsvExport, deliver, fail, type ExportContext, type ProducedFile, type Target } from 'regie';
export const target: Target = { ${hours}, deliver: ['share', 'reporting'] };
export default class Cards extends CsvExport {
  override header = ['id', 'fichier'];
  override rows({ source }: ExportContext) {
    return source('own').stream('select id, fichier from main order by id limit $1', [7]);
  }
  override check({ rows }: ProducedFile) {
    return rows === 7 ? deliver() : fail(\`7 lines expected, got \${rows}\`);
  }
}
`,
    calls: `import { XlsExport, type ExportContext, type Target } from 'regie';
export const target: Target = { ${hours}, deliver: ['share'] };
export default class Calls extends XlsExport {
  override header = ['id', 'amount', 'duration', 'called', 'at'];
  override rows({ source, from }: ExportContext) {
    return source('dialler').stream('select * from \`call\` where called = ? order by id', [from]);
  }
}
`,
    squares: `import { defineExport } from 'regie';
export default defineExport({
  target: { ${hours}, deliver: ['archive'] },
  format: { type: 'xls', sheet: 'squares' },
  header: ['number', 'square'],
  async *rows({ log }) {
    log('counting');
    for (const number of [1, 2, 3]) yield [number, number ** 2];
  },
});
`,
    names: `import { defineExport } from 'regie';
export default defineExport({
  target: { ${hours}, deliver: ['partner'] },
  format: { type: 'csv', encoding: 'windows-1252' },
  header: ['name'],
  rows: () => [['Zoé'], ['Éric']],
});
`,
    held: `import { deliver, defineExport, hold } from 'regie';
export default defineExport({
  target: { ${hours}, deliver: ['share'] },
  header: ['day'],
  rows: ({ businessDay }) => [[businessDay]],
  check: (_file, { businessDay }) => (businessDay < '2026-11-10' ? deliver() : hold('look at it')),
});
`,
    levels: `import { defineExport } from 'regie';
export default defineExport({ target: { ${hours}, deliver: ['web'] }, header: ['gauge', 'metres'], rows: () => [['PORT', 1.63]] });
`,
    refused: `import { defineExport } from 'regie';
export default defineExport({ target: { ${hours}, deliver: ['later'] }, header: ['day'], rows: ({ businessDay }) => [[businessDay]] });
`,
  };
}
