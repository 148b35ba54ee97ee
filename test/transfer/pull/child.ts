/** A process that pulls once, to be killed: node child.ts <settings as JSON>. Says `pulling` when it begins. */
import { openPool } from '../../../src/store/connection.ts';
import { pull } from '../../../src/transfer/pull/pull.ts';
import { pullSettings } from '../../../src/transfer/pull/pull-settings.ts';
import { bareConfig } from '../../support/bare-config.ts';
import { quietPort } from '../../support/quiet-port.ts';

const { url, root, settings } = JSON.parse(process.argv[2]!) as {
  url: string;
  root: string;
  settings: unknown;
};
const pool = openPool(url);
const db = await pool.connect();
process.stdout.write('pulling\n');
await pull({
  task: 'ftp-pull',
  settings: pullSettings.parse(settings),
  config: bareConfig(root),
  db,
  ...quietPort(),
  run: 'run/ftp-pull-child',
  options: {},
  nominal: new Date(),
});
db.release();
await pool.end();
