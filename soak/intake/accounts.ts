import pg from 'pg';
import type { Expected } from './expected.ts';

/** What is wrong, in words: by SQL and hashes of its own, not by the product's code. */
export async function compare(url: string, expected: Expected): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const faults: string[] = [];
    const records = await client.query<{ hash: string; n: number; name: string }>(
      `select encode(sha256, 'hex') as hash, count(*)::int as n, min(name) as name
       from library.record where trashed_at is null and sha256 is not null group by 1`,
    );
    const quarantine = await client.query<{ hash: string }>(
      "select encode(sha256, 'hex') as hash from library.quarantine where state = 'open'",
    );
    const there = new Map(records.rows.map((row) => [row.hash, row]));
    const held = new Set(quarantine.rows.map(({ hash }) => hash));
    for (const [hash, name] of expected.originals)
      if (!there.has(hash) && !held.has(hash)) faults.push(`missing: ${name}`);
    for (const { hash, n, name } of records.rows) {
      if (n > 1) faults.push(`${n} records of ${name}`);
      if (!expected.originals.has(hash) && !expected.allowed.has(hash))
        faults.push(`a record of what nobody closed, half a file: ${name}`);
    }
    const loaded = await client.query<{ what: string; n: number }>(
      `select s.code || ' ' || to_char(o.stop at time zone s.timezone, 'YYYY-MM-DD"T"HH24:MI:SS') as what, count(*)::int as n
       from weather.observation o join weather.station s on s.id = o.station_id group by 1`,
    );
    const observed = new Map(loaded.rows.map(({ what, n }) => [what, n]));
    for (const [what, name] of expected.observations)
      if (!observed.has(what)) faults.push(`not loaded: ${name}`);
    for (const [what, n] of observed) {
      if (n !== 1) faults.push(`${n} observations of ${what}`);
      if (!expected.observations.has(what)) faults.push(`an observation that nobody sent: ${what}`);
    }
    return faults;
  } finally {
    await client.end();
  }
}
