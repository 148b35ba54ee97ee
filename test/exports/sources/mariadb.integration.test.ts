import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Decimal, PlainDate, PlainDateTime } from '../../../src/exports/api/cell.ts';
import type { Source } from '../../../src/exports/api/export-context.ts';
import { openSource } from '../../../src/exports/sources/open-source.ts';
import { reach } from './reach.ts';
import { endsWhenCancelled } from './cancelled.ts';
import { eventually } from '../../support/installation.ts';
import { findMariadb, startMariadb, type TestMariadb } from '../../support/mariadb.ts';

const found = await findMariadb();
if ('missing' in found) console.warn(`sources of MariaDB are not tested: ${found.missing}`);

describe.skipIf('missing' in found)('a source of MariaDB', () => {
  let server: TestMariadb;
  let admin: Awaited<ReturnType<typeof createConnection>>;
  beforeAll(async () => {
    if ('missing' in found) return;
    server = await startMariadb(found);
    const { port, user, password, database } = server;
    process.env['REGIE_TEST_MARIADB_PASSWORD'] = password;
    admin = await createConnection({
      host: '127.0.0.1',
      port,
      user,
      password,
      database,
      multipleStatements: true,
    });
    await admin.query(`create table main (id int, name varchar(20));
      insert into main values (1, 'n1'), (2, 'n2'), (3, 'n3'), (4, 'n4'), (5, 'n5')`);
  });
  afterAll(async () => {
    admin?.destroy();
    await server?.stop();
  });

  const source = (signal = new AbortController().signal, user = server.user): Source =>
    openSource(
      'billing',
      () =>
        reach(
          {
            type: 'mariadb',
            url: `mariadb://${user}@127.0.0.1:${server.port}/${server.database}`,
            password: 'env:REGIE_TEST_MARIADB_PASSWORD',
          },
          'postgres://nobody',
        ),
      signal,
    );

  async function running(text: string): Promise<number> {
    const [rows] = await admin.query(
      'select 1 from information_schema.processlist where info like ? and id <> connection_id()',
      [`%${text}%`],
    );
    return (rows as unknown[]).length;
  }

  const cells = `select cast(9007199254740993 as unsigned) as large, 12 as safe, cast(1234.50 as decimal(10, 2)) as price, '007' as phone,
    date '2026-11-20' as day, timestamp '2026-11-20 08:15:00.5' as local, 0.1e0 as number, null as nothing, '' as empty,
    'é€😀' as wide, x'ff00' as bytes, true as yes, time '08:15:00' as time`;

  test.each([
    ['as text', cells, []],
    ['prepared', `${cells} where 1 = ?`, [1]],
  ])('gives exact cells: %s', async (_, query, parameters) => {
    expect(await all(source().stream(query, parameters))).toEqual([
      {
        large: 9007199254740993n,
        safe: 12,
        price: new Decimal('1234.50'),
        phone: '007',
        day: new PlainDate('2026-11-20'),
        local: new PlainDateTime('2026-11-20 08:15:00.5'),
        number: 0.1,
        nothing: null,
        empty: '',
        wide: 'é€😀',
        bytes: '\\xff00',
        yes: 1,
        time: '08:15:00',
      },
    ]);
  });

  test.each([
    ['as text', '', []],
    ['prepared', 'where 1 = ?', [1]],
  ])('gives moments, floats, and the dates that are none: %s', async (_, where, parameters) => {
    await admin.query(`create or replace table odd (at timestamp(3) null, real4 float, day date, never timestamp null);
      set time_zone = '+04:00', sql_mode = '';
      insert into odd values ('2026-11-20 08:15:00.250', 0.1, '0000-00-00', 0)`);
    expect(await all(source().stream(`select * from odd ${where}`, parameters))).toEqual([
      {
        at: new Date('2026-11-20T04:15:00.250Z'),
        real4: 0.1,
        day: new PlainDate('0000-00-00'),
        never: new PlainDateTime('0000-00-00 00:00:00'),
      },
    ]);
  });

  test('runs a script in one session, with the parameters that each statement uses', async () => {
    const rows = await all(
      source().script(
        `# those of the day; a comment
        create temporary table chosen as select id, name from main where id > :least;
        delete from chosen where name = concat('n', :not) or :not is null;
        set @most := 4;
        select id, ':least; \\'' as text, cast(:day as date) as day from chosen where id <= @most order by id;`,
        { least: 1, not: '3', day: new PlainDate('2026-11-20') },
      ),
    );
    const day = new PlainDate('2026-11-20');
    expect(rows).toEqual([
      { id: 2, text: ":least; '", day },
      { id: 4, text: ":least; '", day },
    ]);
  });

  test('stops a script at the first error, and names its statement', async () => {
    await expect(all(source().script('select 1;\nselect id\nfrom mian;\nselect 2'))).rejects.toThrow(
      "the source billing, statement 2 of 3 (select id): Table 'calls.mian' doesn't exist",
    );
    await expect(all(source().script('create temporary table t (id int)'))).rejects.toThrow(
      'it gives no rows; expected the last statement to be a select',
    );
  });

  test('changes nothing', async () => {
    await expect(all(source().stream('delete from main'))).rejects.toThrow('READ ONLY transaction');
    await all(source().script('update main set id = id + 10; select 1 as one'));
    const [[row]] = (await admin.query('select min(id) as id from main')) as unknown as [[{ id: number }]];
    expect(row.id).toBe(1);
  });

  test('gives all rows in order, though nobody hurries', async () => {
    let count = 0;
    for await (const row of source().stream<{ seq: number; text: string }>(
      "select seq, repeat('x', if(seq % 1000 = 0, 300000, seq % 50)) as text from seq_1_to_20000 where seq > ? limit ?",
      [0, 20_000],
    )) {
      count += 1;
      if (row.seq !== count || row.text.length !== (count % 1000 === 0 ? 300_000 : count % 50))
        throw new Error(`row ${count} is ${row.seq} with ${row.text.length} characters`);
      if (count % 5_000 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(count).toBe(20_000);
  });

  test.each([
    ['works', 'select count(*) as works from seq_1_to_100000000 a join seq_1_to_100000000 b'],
    ['sends', 'select a.seq as sends from seq_1_to_100000000 a join seq_1_to_100000000 b'],
  ])('stops what the server does when it is cancelled: it %s', async (word, query) => {
    await endsWhenCancelled(
      (signal) => source(signal).stream(query),
      () => running(word),
    );
  });

  test('stops what the server does when enough rows are taken', async () => {
    for await (const row of source().stream<{ enough: number }>(
      'select seq as enough from seq_1_to_1000000000',
    ))
      if (row.enough === 3) break;
    await eventually(async () => expect(await running('enough')).toBe(0));
  });

  test('says that it cannot be reached, without its password', async () => {
    const error = (await all(source(undefined, 'stranger').stream('select 1')).catch(
      (thrown: unknown) => thrown,
    )) as Error;
    expect(error.message).toMatch(/^the source billing cannot be reached: Access denied for user 'stranger'/);
    expect(`${error.message} ${error.stack}`).not.toContain(server.password);
  });

  test('fails when the server is lost', async () => {
    const taken = (async () => {
      for await (const row of source().stream<{ seq: number }>('select seq from seq_1_to_1000000000'))
        if (row.seq === 1_000) await server.kill9();
    })();
    await expect(taken).rejects.toThrow(
      /^the source billing, query \(select seq from seq_1_to_1000000000\): .*(lost|ECONNRESET)/,
    );
  });
});

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}
