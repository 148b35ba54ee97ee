/** An endpoint that takes nothing itself, to be killed: node endpoint-child.ts <settings as JSON>. Says when it listens. */
import { listen } from '../../../src/library/batch/http/endpoint-server.ts';
import { httpSettings } from '../../../src/library/batch/http/endpoint-settings.ts';
import { batchFolders, batchSettings } from '../../../src/library/batch/batch-settings.ts';
import { openPool } from '../../../src/store/connection.ts';
import { TASK } from './library.ts';

const { url, root, port } = JSON.parse(process.argv[2]!) as { url: string; root: string; port: number };
const settings = batchSettings.parse({ databox: 'press' });
const quiet = () => undefined;
const { url: listens } = await listen({
  task: TASK,
  pool: openPool(url),
  settings,
  http: httpSettings.parse({ key: 'env:REGIE_TEST_UPLOAD_KEY', port }),
  folders: batchFolders(root, settings),
  signal: new AbortController().signal,
  log: { info: quiet, warn: quiet },
  start: async () => true,
});
process.stdout.write(`${listens}\n`);
