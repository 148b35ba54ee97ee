/** A worker's process, to be killed: aggregates what is queued in the database `argv[2]`, a row a batch, a line a batch. */
import { openPool } from '../../../src/store/connection.ts';
import { runAggregate } from './weather-database.ts';

const pool = openPool(process.argv[2]!);
const db = await pool.connect();
await runAggregate(db, {
  batch: 1,
  port: { progress: ({ done }) => void process.stdout.write(`${done}\n`) },
});
db.release();
await pool.end();
