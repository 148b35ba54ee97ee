import type { ClientBase } from 'pg';
import { enqueueAll } from '../../../src/weather/aggregate/dirty-hours.ts';
import { deliver } from '../../../src/weather/sample/deliver-sample.ts';
import { sampleFiles, sampleStations } from '../../../src/weather/sample/make-sample.ts';
import { useSchema } from '../../../src/weather/weather-schema.ts';
import { checkpoint, withPool, type Installation } from '../installation.ts';
import { measure } from '../measure.ts';
import { inboxOf } from '../tasks.ts';

/** Whose history it is. */
export const station = sampleStations(1)[0]!;

/** A file per observation, as stations send them. */
const FILES_PER_DAY = 288;

/**
 * Gives a station a past of so many days that ends with `last`: that day is loaded, the days before are copies of its
 * rows, with a ledger row for each; all of it is aggregated, and tidied up as autovacuum would have done by then.
 */
export async function makeHistory(
  { url, root }: Installation,
  { last, days }: { last: string; days: number },
  signal: AbortSignal,
): Promise<void> {
  await deliver(inboxOf(root), sampleFiles({ stations: [station], from: last, days: 1, onePerFile: true }));
  await measure({ what: 'load', url, root }, signal);
  await withPool(url, async (pool) => {
    const db = await pool.connect();
    try {
      await useSchema(db, false);
      // Ids before those of the sequence.
      const earlier = (id: string) => `r.${id} - n * ${FILES_PER_DAY}`;
      await copyDays(db, 'observation', days, { file_id: earlier('file_id') });
      await copyDays(db, 'file', days, {
        id: earlier('id'),
        run: "r.run || '-' || n",
        claim: "r.claim || '-' || n",
      });
      await enqueueAll(db);
    } finally {
      db.release();
    }
  });
  await measure({ what: 'aggregate', url, root }, signal);
  await withPool(url, (pool) => pool.query('vacuum analyze'));
  await checkpoint(url);
}

/** Copies the rows of the last day to the days before, the oldest first, as they would have come; all times move along. */
async function copyDays(
  db: ClientBase,
  table: string,
  days: number,
  others: Readonly<Record<string, string>>,
): Promise<void> {
  const { rows } = await db.query<{ name: string; type: string }>(
    `select quote_ident(attname) as name, format_type(atttypid, null) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  const value = ({ name, type }: { name: string; type: string }) =>
    others[name] ?? (type.startsWith('timestamp') ? `r.${name} - n * interval '1 day'` : `r.${name}`);
  await db.query(
    `insert into ${table} (${rows.map(({ name }) => name).join(', ')})
     select ${rows.map(value).join(', ')}
     from generate_series($1::int, 1, -1) n cross join lateral (select * from ${table} offset 0) r`,
    [days - 1],
  );
}
