import { once } from 'node:events';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { QUERY } from './cards.ts';

/** PostgreSQL's own CSV, taken and dropped: what the server gives at most. The clock runs from the connection to the last byte. */
const [{ url, rows }] = (await once(process, 'message')) as [{ url: string; rows: number }];
process.once('disconnect', () => process.exit(1));
const started = performance.now();
const db = new pg.Client({ connectionString: url });
await db.connect();
let bytes = 0;
const copy = db.query(copyStreams.to(`copy (${QUERY} limit ${rows}) to stdout (format csv)`));
for await (const chunk of copy) bytes += (chunk as Buffer).length;
await db.end();
const ms = performance.now() - started;
process.removeAllListeners('disconnect');
process.send!({ ms, bytes }, () => process.disconnect());
