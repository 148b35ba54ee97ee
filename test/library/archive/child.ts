/** A process that archives once, perhaps to be killed: node child.ts <settings as JSON>. Says `archiving` when it begins. */
import { archive } from '../../../src/library/archive/run-archive.ts';
import { openPool } from '../../../src/store/connection.ts';
import { bareConfig } from '../../support/bare-config.ts';
import { quietPort } from '../../support/quiet-port.ts';
import { library, settingsOf } from './config.ts';

const { url, root, settings, databox, run } = JSON.parse(process.argv[2]!) as {
  url: string;
  root: string;
  settings: Record<string, unknown>;
  databox: Record<string, unknown>;
  run: string;
};
const pool = openPool(url);
const db = await pool.connect();
process.stdout.write('archiving\n');
const report = await archive({
  task: 'hot',
  settings: settingsOf(settings),
  config: bareConfig(root, {
    library: library(databox),
  }),
  db,
  ...quietPort(),
  run,
  options: {},
  nominal: new Date(),
});
process.stdout.write(`${JSON.stringify(report)}\n`);
db.release();
await pool.end();
