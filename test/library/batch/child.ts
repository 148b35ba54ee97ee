/** A process that takes batches once, to be killed: node child.ts <settings as JSON>. Says a line at each step. */
import { batchSettings } from '../../../src/library/batch/batch-settings.ts';
import { uploadBatches } from '../../../src/library/batch/upload-batches.ts';
import { openPool } from '../../../src/store/connection.ts';
import { bareConfig } from '../../support/bare-config.ts';
import { quietPort } from '../../support/quiet-port.ts';
import { library, TASK } from './library.ts';

const { url, root, settings, run } = JSON.parse(process.argv[2]!) as {
  url: string;
  root: string;
  settings: unknown;
  run: string;
};
const pool = openPool(url);
const db = await pool.connect();
const report = await uploadBatches({
  task: TASK,
  settings: batchSettings.parse(settings),
  config: bareConfig(root, { library }),
  db,
  ...quietPort(),
  progress: ({ step }) => void process.stdout.write(`${step}\n`),
  run,
  options: {},
  nominal: new Date(),
});
process.stdout.write(`${JSON.stringify(report)}\n`);
db.release();
await pool.end();
