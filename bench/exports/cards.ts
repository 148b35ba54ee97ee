import pg from 'pg';
import { emptyDatabase, type TestDatabase } from '../../test/support/postgres.ts';

/** A table like a dialler's, 20 columns: numbers, codes, names with accents, phones, dates and times, NULLs. */
const CARDS = `create unlogged table card as select
  i as id, 'ECHEANCE_' || lpad((i % 500)::text, 4, '0') || '_1MC' as file, (1000000000 + i * 7)::bigint as customer,
  lpad((i * 13 % 100000000)::text, 12, '0') as card_number, 'Aïssatou ' || chr(65 + i % 26) || '. Diop-N''Diaye' as name,
  '0' || (610000000 + i % 9999999) as phone, case when i % 3 = 0 then '0' || (340000000 + i % 999999) end as phone2,
  (array['SN', 'CI', 'ML', 'BF', 'CM'])[1 + i % 5] as country, (array['CPLUS', 'REFUS', 'CNADEF', 'CNANONDEF', null])[1 + i % 5] as end_code,
  case when i % 5 = 1 then 'trop cher; "rappeler"' end as refusal, (array['O', 'X', 'B', 'D', 'N'])[1 + i % 5] as called,
  i % 9 as attempts, date '2026-10-01' + i % 50 as loaded, timestamp '2026-11-01 08:00:00' + i % 2500000 * interval '1 second' as called_at,
  timestamptz '2026-11-01 08:00:00+00' + i % 2500000 * interval '1 second' as ended_at, (i % 90000 / 100.0)::numeric(10, 2) as amount,
  i % 3600 as talk_s, i * 0.001::float8 as score, i % 2 = 0 as mobile, 'avenue Léopold Sédar Senghor, ' || i % 300 as address
  from generate_series(1, ROWS) i`;

export const QUERY = 'select * from card';

/** A database with so many cards, read into memory. */
export async function makeCards(rows: number): Promise<TestDatabase> {
  const database = await emptyDatabase();
  const db = new pg.Client({ connectionString: database.url });
  await db.connect();
  await db.query(CARDS.replace('ROWS', String(rows)));
  await db.query('vacuum analyze card');
  await db.end();
  return database;
}
