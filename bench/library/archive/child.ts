import { once } from 'node:events';
import { openPool } from '../../../src/store/connection.ts';
import { bareConfig } from '../../../test/support/bare-config.ts';
import { quietPort } from '../../../test/support/quiet-port.ts';
import { fields } from './files.ts';
import type { ArchiveJob, Archived } from './job.ts';

/** The program as it is installed: what tsx makes of the sources is slower. */
const load = async <T>(module: string) =>
  (await import(new URL(`../../../dist/library/archive/${module}.js`, import.meta.url).href)) as T;
const { archive } = await load<typeof import('../../../src/library/archive/run-archive.ts')>('run-archive');
const { archiveSettings } =
  await load<typeof import('../../../src/library/archive/archive-settings.ts')>('archive-settings');

/**
 * Archives a hotfolder once, as a worker that runs would: on the clock are the look at the hotfolder, the start of
 * ExifTool, copies, hashes, fsync, rows in PostgreSQL, the files' way to `_archived`; not the stable delay, nor the start
 * of this process.
 */
const [job] = (await once(process, 'message')) as [ArchiveJob];
process.once('disconnect', () => process.exit(1));
const pool = openPool(job.url, { max: 1 });
const db = await pool.connect();
const started = performance.now();
const { outcome, counts, note } = await archive({
  task: 'archive',
  run: 'run/bench',
  nominal: new Date(),
  options: {},
  settings: archiveSettings.parse({
    databox: 'press',
    collection: 'photos',
    hotfolder: 'hotfolder',
    stableFor: 0,
    embedded: job.embedded,
  }),
  config: bareConfig(job.root, {
    library: { databoxes: { press: { collections: { photos: {} }, fields } } },
  }),
  db,
  ...quietPort(),
});
const ms = performance.now() - started;
if (outcome !== 'done' || counts['archived'] !== job.files)
  throw new Error(
    `the archive ended ${outcome}: ${note ?? JSON.stringify(counts)}; expected ${job.files} records`,
  );
const archived: Archived = { ms };
db.release();
await pool.end();
process.removeAllListeners('disconnect');
process.send!(archived, () => process.disconnect());
