import type { ConfigInput } from '../../src/config/config-schema.ts';
import type { FtpServer } from '../../test/transfer/support/ftp-servers.ts';

/** Short on purpose, ms: writers stall for longer. */
export const STABLE_FOR = 1_000;

/** Folders of the installation into which writers write. */
export const folders = { hotfolder: 'hot', inbox: 'data/weather/inbox', drop: 'batches/drop' };

/** Every way in, with short settings: hotfolder, FTP folder (whose files go through a second hotfolder), inbox, drop. */
export function intakeConfig(ftp: Pick<FtpServer, 'host' | 'port' | 'user' | 'directory'>): ConfigInput {
  const stableFor = STABLE_FOR;
  const box = { databox: 'box', collection: 'all' };
  return {
    installation: 'soak',
    weather: { autoRegister: true },
    library: { databoxes: { box: { collections: { all: {}, pulled: {}, batches: {} } } } },
    tasks: [
      { name: 'load', kind: 'loadJson', every: '2s', settings: { stableFor } },
      {
        name: 'hot',
        kind: 'archive',
        every: '2s',
        settings: { ...box, hotfolder: folders.hotfolder, stableFor },
      },
      {
        name: 'pull',
        kind: 'ftpPull',
        every: '3s',
        settings: {
          host: ftp.host,
          port: ftp.port,
          user: ftp.user,
          password: 'env:SOAK_FTP_PASSWORD',
          tls: 'none',
          remotePath: ftp.directory,
          localPath: 'pulled',
          stableFor: 2_000,
        },
      },
      {
        name: 'pulled',
        kind: 'archive',
        every: '2s',
        after: 'pull',
        settings: {
          ...box,
          collection: 'pulled',
          hotfolder: 'pulled',
          archived: 'pulled_archived',
          refused: 'pulled_error',
          stableFor,
        },
      },
      {
        name: 'drop',
        kind: 'batchUpload',
        every: '2s',
        settings: { ...box, collection: 'batches', user: 'soak', drop: folders.drop, stableFor },
      },
    ],
  };
}
