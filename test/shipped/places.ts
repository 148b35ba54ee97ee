/** The tests of the running program, in their order. */
export const titles = {
  own: "a kind of the user's own runs",
  module: "a module of the user's own has its section, table, commands, check and destination",
  weather: 'weather files of every format and layout are loaded and aggregated',
  weatherCommands: 'the commands of the weather answer',
  pull: 'files of an FTP server are pulled and become records',
  batches: 'batches are taken from a drop folder and over HTTP',
  rules: 'records are moved by rule and by status bit, and a collection is emptied',
  library: 'the commands of the library answer',
  postgres: 'an export of PostgreSQL goes into a folder and by mail, as CSV',
  mariadb: 'an export of MariaDB goes into a folder, as .xlsx',
  ftp: 'an export of a generator goes to an FTP server, as .xls',
  sftp: 'an export of a list goes to an SFTP server, as CSV in another encoding',
  decisions: 'operators decide about files',
  tasks: 'tasks are started, stopped, traced, held and told of',
  temporal: 'signals, queries and schedules work with the temporal command',
  rest: 'a second worker joins, and the doctor looks',
} as const;

export type Place = keyof typeof titles;

/**
 * Where each thing that the program has is touched against its real counterpart. What it has is asked of the program itself
 * (support/inventory.mjs): a new one that is not here fails the last test. Commands are counted as they are run.
 */
export const places: Record<
  'kinds' | 'sources' | 'destinations' | 'formats' | 'weather',
  Record<string, Place>
> = {
  kinds: {
    loadJson: 'weather',
    aggregate: 'weather',
    ftpPull: 'pull',
    archive: 'pull',
    batchUpload: 'batches',
    recordMover: 'rules',
    workflow01: 'rules',
    emptyCollection: 'rules',
    export: 'postgres',
  },
  sources: { postgres: 'postgres', mariadb: 'mariadb' },
  destinations: { directory: 'postgres', mail: 'postgres', ftp: 'ftp', sftp: 'sftp' },
  formats: { csv: 'postgres', xlsx: 'mariadb', xls: 'ftp' },
  weather: { json: 'weather', 'json-v1': 'weather', meteofrance: 'weather', rain: 'weather' },
};
