import { createConnection, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Decimal, PlainDate, PlainDateTime } from '../../../src/exports/api/cell.ts';
import type { Source } from '../../../src/exports/api/context.ts';
import { openSource } from '../../../src/exports/sources/open.ts';
import { resolveSource } from '../../../src/exports/sources/resolve.ts';
import { emptyDatabase, type TestDatabase } from '../../support/postgres.ts';
import { endsWhenCancelled } from './cancelled.ts';
import { eventually } from '../../support/installation.ts';

let database: TestDatabase;
let admin: pg.Client;
beforeAll(async () => {
  database = await emptyDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(`create schema dialler; create table dialler.main (id int, name text);
    insert into dialler.main select i, 'n' || i from generate_series(1, 5) i`);
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

function source({
  signal = new AbortController().signal,
  url = database.url,
  schema = 'dialler',
} = {}): Source {
  return openSource('outbound', () => resolveSource({ type: 'postgres', schema }, url), signal);
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

const running = async (text: string) =>
  (
    await admin.query(
      `select from pg_stat_activity where application_name = 'regie export' and state = 'active' and query like $1`,
      [`%${text}%`],
    )
  ).rowCount;

test('gives exact cells', async () => {
  const [row] = await all(
    source()
      .stream(`select 1::int2 as small, 9007199254740993 as large, 12 as safe, 1234.50 as price, '007' as phone,
      date '2026-11-20' as day, timestamp '2026-11-20 08:15:00.5' as local, timestamptz '2026-11-20 08:15:00+04' as moment,
      true as yes, 0.1::float8 as float, 'NaN'::numeric as nan, null::int as nothing, '' as empty, 'é€😀' as wide,
      '{1,2}'::int[] as list, '{"a": 1}'::json as json, '\\xff00'::bytea as bytes, interval '1 day' as span`),
  );
  expect(row).toEqual({
    small: 1,
    large: 9007199254740993n,
    safe: 12,
    price: new Decimal('1234.50'),
    phone: '007',
    day: new PlainDate('2026-11-20'),
    local: new PlainDateTime('2026-11-20 08:15:00.5'),
    moment: new Date('2026-11-20T04:15:00Z'),
    yes: true,
    float: 0.1,
    nan: new Decimal('NaN'),
    nothing: null,
    empty: '',
    wide: 'é€😀',
    list: '{1,2}',
    json: '{"a": 1}',
    bytes: '\\xff00',
    span: '1 day',
  });
});

test('binds parameters of all kinds', async () => {
  const [row] = await all(
    source().stream(
      'select $1::text as a, $2::int as b, $3::date as c, $4::bool as d, $5::timestamptz as e, $6::text[] as f, $7::numeric as g, $8::text as h',
      [
        "'; drop table main --",
        7,
        '2026-11-20',
        true,
        new Date(0),
        ['a"b', 'c\\', null as never],
        new Decimal('1.10'),
        null,
      ],
    ),
  );
  expect(row).toEqual({
    a: "'; drop table main --",
    b: 7,
    c: new PlainDate('2026-11-20'),
    d: true,
    e: new Date(0),
    f: String.raw`{"a\"b","c\\",NULL}`,
    g: new Decimal('1.10'),
    h: null,
  });
  await expect(all(source().stream('select $1', [{}]))).rejects.toThrow(
    'the source outbound, query (select $1): parameter 1 is {}; expected text, a number, a boolean, a date, null, or a list of them',
  );
});

test('gives all rows in order, wide and long, though nobody hurries', async () => {
  let count = 0;
  for await (const row of source().stream<{ i: number; text: string }>(
    `select i, repeat('x', case when i % 1000 = 0 then 300000 else i % 50 end) as text from generate_series(1, 20000) i`,
  )) {
    count += 1;
    if (row.i !== count || row.text.length !== (count % 1000 === 0 ? 300_000 : count % 50))
      throw new Error(`row ${count} is ${row.i} with ${row.text.length} characters`);
    if (count % 5_000 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(count).toBe(20_000);
});

test('gives no rows', async () => {
  expect(await all(source().stream('select id from main where false'))).toEqual([]);
});

describe('a script', () => {
  test('runs its statements in one session, with the parameters that each uses', async () => {
    const rows = await all(
      source().script(
        `-- those of the day; a comment
        create temporary table chosen on commit drop as select id, name from main where id > :least;
        delete from chosen where name = 'n' || :not::text;
        select id, ':least; ' as text from chosen where id <= :most order by id;`,
        { least: 1, not: 3, most: 4 },
      ),
    );
    expect(rows).toEqual([
      { id: 2, text: ':least; ' },
      { id: 4, text: ':least; ' },
    ]);
  });

  test('changes nothing for others', async () => {
    await all(source().script('update main set id = id + 10; select 1 as one'));
    expect((await admin.query('select min(id) as id from dialler.main')).rows).toEqual([{ id: 1 }]);
  });

  test('stops at the first error, and names its statement', async () => {
    await expect(all(source().script('select 1;\nselect id\nfrom mian;\nselect 2 as two;'))).rejects.toThrow(
      'the source outbound, statement 2 of 3 (select id): relation "mian" does not exist, at line 2 of it',
    );
  });

  test('must end with rows', async () => {
    await expect(all(source().script('create temporary table t (id int)'))).rejects.toThrow(
      'query (create temporary table t (id int)): it gives no rows; expected the last statement to be a select',
    );
  });
});

test('names the source, the statement and the place of the call in errors', async () => {
  const error: unknown = await all(source().stream('select 1 / (id - 5) from main order by id')).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({
    name: 'SourceError',
    source: 'outbound',
    message: 'the source outbound, query (select 1 / (id - 5) from main order by id): division by zero',
    stack: expect.stringContaining('postgres.integration.test.ts') as string,
  });
});

test('refuses to write in a query, and two columns of one name as objects', async () => {
  await expect(all(source().stream('delete from main returning id'))).rejects.toThrow(
    'read-only transaction',
  );
  await expect(all(source().stream('select 1 as a, 2 as a'))).rejects.toThrow(
    'it gives two columns of the name "a"; give one another name with "as"',
  );
});

test('is taken once', async () => {
  const rows = source().stream('select 1 as one');
  expect(await all(rows)).toEqual([{ one: 1 }]);
  await expect(all(rows)).rejects.toThrow('the rows of the source outbound are taken twice');
});

test.each([
  ['works', 'select count(*) from generate_series(1, 1000000000) as works'],
  ['sends', 'select generate_series(1, 1000000000) as sends'],
])('stops what the server does when it is cancelled: it %s', async (word, query) => {
  await endsWhenCancelled(
    (signal) => source({ signal }).stream(query),
    () => running(word),
  );
});

test('stops what the server does when enough rows are taken', async () => {
  for await (const row of source().stream<{ enough: number }>(
    'select generate_series(1, 1000000000) as enough',
  ))
    if (row.enough === 3) break;
  await eventually(async () => expect(await running('enough')).toBe(0));
});

test('fails when the connection is lost', async () => {
  const sockets: Socket[] = [];
  const { port, hostname } = new URL(database.url);
  const relay = createServer((socket) => {
    const onward = createConnection(Number(port), hostname);
    sockets.push(socket, onward);
    for (const each of [socket, onward]) each.on('error', () => undefined);
    socket.pipe(onward).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((relay.address() as { port: number }).port);
  const taken = (async () => {
    for await (const row of source({ url: url.href }).stream<{ i: number }>(
      'select generate_series(1, 1000000000) as i',
    ))
      if (row.i === 1_000) for (const socket of sockets) socket.destroy();
  })();
  await expect(taken).rejects.toThrow(
    'the source outbound, query (select generate_series(1, 1000000000) as i): Connection terminated unexpectedly',
  );
  relay.close();
});

test('says that it cannot be reached, without its password', async () => {
  const url = new URL(database.url);
  url.password = 'sesame';
  url.pathname = '/nowhere';
  const error = (await all(source({ url: url.href }).stream('select 1')).catch(
    (thrown: unknown) => thrown,
  )) as Error;
  expect(error.message).toMatch(/^the source outbound cannot be reached: /);
  expect(`${error.message} ${error.stack}`).not.toContain('sesame');
});
