/** A process that loads once, to be killed: node child.ts <settings as JSON>. Says `loading` when it begins. */
import { openPool } from '../../../src/store/connection.ts';
import { load } from '../../../src/weather/load/load-run.ts';
import { loadSettings } from '../../../src/weather/load/load-settings.ts';
import { bareConfig } from '../../support/bare-config.ts';
import { quietPort } from '../../support/quiet-port.ts';

const { url, root, settings, weather, run } = JSON.parse(process.argv[2]!) as {
  url: string;
  root: string;
  settings: unknown;
  weather: unknown;
  run: string;
};
const pool = openPool(url);
const db = await pool.connect();
process.stdout.write('loading\n');
const report = await load({
  task: 'svcLoadJson',
  settings: loadSettings.parse(settings),
  config: bareConfig(root, { weather }),
  db,
  ...quietPort(),
  run,
  options: {},
  nominal: new Date(),
});
process.stdout.write(`${JSON.stringify(report)}\n`);
db.release();
await pool.end();
