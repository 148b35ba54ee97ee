import type { ClientBase } from 'pg';

/**
 * Makes the weather tables of this session the true ones (`weather`) or, for a rehearsal, their twins
 * (`weather_tmp`). Statements name tables without a schema.
 */
export async function useSchema(db: ClientBase, tmp: boolean): Promise<void> {
  await db.query(`set search_path to ${tmp ? 'weather_tmp' : 'weather'}`);
}

/** Ends what `useSchema` began: the session may go back to its pool. */
export async function leaveSchema(db: ClientBase): Promise<void> {
  await db.query('reset search_path');
}

/** Makes the twins where there are none yet. */
export async function ensureTwins(db: ClientBase): Promise<void> {
  const { rows } = await db.query("select to_regclass('weather_tmp.observation') is not null as there");
  if (!rows[0]?.there) await renewTwins(db);
}

/**
 * Makes the twins anew: every table and view of schema `weather`, empty but for stations and exclusions. They are
 * dropped first, so that they follow each change of the true tables.
 */
export async function renewTwins(db: ClientBase): Promise<void> {
  const { rows } = await db.query<{ name: string; kind: string }>(
    `select c.relname as name, c.relkind as kind from pg_class c
     where c.relnamespace = 'weather'::regnamespace and c.relkind in ('r', 'v') order by c.oid`,
  );
  const tables = rows.filter(({ kind }) => kind === 'r');
  const views = rows.filter(({ kind }) => kind === 'v');
  const copies = tables.map(
    ({ name }) => `create table weather_tmp."${name}" (like weather."${name}" including all);`,
  );
  // The text of a view has bare names for what the search path shows: read in `weather`, made in `weather_tmp`.
  const definitions: string[] = [];
  await db.query('begin');
  try {
    await db.query('set local search_path to weather');
    for (const { name } of views) {
      const text = await db.query<{ sql: string }>('select pg_get_viewdef($1::regclass) as sql', [
        `weather."${name}"`,
      ]);
      definitions.push(`create view "${name}" as ${text.rows[0]!.sql}`);
    }
    await db.query('drop schema if exists weather_tmp cascade; create schema weather_tmp;');
    await db.query(`set local search_path to weather_tmp; ${copies.join('\n')} ${definitions.join('\n')}`);
    await db.query(
      `insert into station select * from weather.station;
       select setval(pg_get_serial_sequence('weather_tmp.station', 'id'),
                     (select coalesce(max(id), 0) + 1 from station), false);
       insert into exclusion select * from weather.exclusion;`,
    );
    await db.query('commit');
  } catch (error) {
    await db.query('rollback').catch(() => undefined);
    throw error;
  }
}
