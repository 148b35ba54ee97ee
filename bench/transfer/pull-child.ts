import { once } from 'node:events';
import { openPool } from '../../src/store/connection.ts';
import { pullSettings } from '../../src/transfer/pull/pull-settings.ts';
import { quietPort } from '../../test/support/quiet-port.ts';
import type { PullJob, Pulled } from './pull-job.ts';
import { bareConfig } from '../../test/support/bare-config.ts';

/** The program as it is installed: what tsx makes of the sources is slower. */
const { pull } = (await import(
  new URL('../../dist/transfer/pull/pull.js', import.meta.url).href
)) as typeof import('../../src/transfer/pull/pull.ts');

/**
 * Pulls once, as a worker that runs would: on the clock are connecting, listing, fetching, fsync, its rows in PostgreSQL;
 * not the start of the process.
 */
const [job] = (await once(process, 'message')) as [PullJob];
process.once('disconnect', () => process.exit(1));
process.env['BENCH_FTP_PASSWORD'] = job.password;
const pool = openPool(job.url, { max: 1 });
const db = await pool.connect();
const cpu = process.cpuUsage();
const started = performance.now();
const { outcome, counts, note } = await pull({
  // Pulled before, but by another task.
  task: `bench-${process.pid}`,
  run: `run/bench-${process.pid}`,
  nominal: new Date(),
  options: {},
  settings: pullSettings.parse({
    ...job.settings,
    password: 'env:BENCH_FTP_PASSWORD',
    // Neither program that it is compared with waits, or deletes.
    stableFor: '0s',
    deleteRemote: false,
  }),
  config: bareConfig(job.root),
  db,
  ...quietPort(),
});
const ms = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
if (outcome !== 'done') throw new Error(`the pull ended ${outcome}: ${note ?? JSON.stringify(counts)}`);
db.release();
await pool.end();
process.removeAllListeners('disconnect');
const pulled: Pulled = { ms, cpu: (user + system) / 1_000 };
process.send!(pulled, () => process.disconnect());
