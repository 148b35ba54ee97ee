import { createConnection, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Decimal, PlainDate, PlainDateTime } from '../../../src/exports/api/cell.ts';
import type { Source } from '../../../src/exports/api/export-context.ts';
import { openSource } from '../../../src/exports/sources/open-source.ts';
import { insideOf } from '../../../src/exports/sources/postgres/pg-inside.ts';
import { reach } from './reach.ts';
import { emptyDatabase, type TestDatabase } from '../../support/postgres.ts';
import { endsWhenCancelled } from './cancelled.ts';
import { spoil, type Spoiled } from './spoiled-pg.ts';
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

const told: string[] = [];
function source({
  signal = new AbortController().signal,
  url = database.url,
  schema = 'dialler',
} = {}): Source {
  return openSource('outbound', () => reach({ type: 'postgres', schema }, url), signal, {
    tell: (text) => told.push(text),
  });
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

/** Sessions that run such a query, or have its cursor open. */
const running = async (text: string) =>
  (
    await admin.query(
      `select from pg_stat_activity where application_name = 'regie export' and datname = current_database() and state <> 'idle'
        and (query like $1 or query like 'fetch %')`,
      [`%${text}%`],
    )
  ).rowCount;

describe.each<[string, Spoiled | undefined]>([
  ['by wire', undefined],
  ['by objects', 'another reader'],
])('%s', (_, spoiled) => {
  let mend: (() => void) | undefined;
  beforeAll(() => {
    told.length = 0;
    mend = spoiled && spoil(spoiled);
  });
  afterAll(() => mend?.());

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
      await expect(
        all(source().script('select 1;\nselect id\nfrom mian;\nselect 2 as two;')),
      ).rejects.toThrow(
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

  test('refuses more than one statement in a query', async () => {
    await expect(all(source().stream('select 1 as one; commit; delete from main'))).rejects.toThrow(
      'cannot insert multiple commands into a prepared statement',
    );
    expect((await admin.query('select count(*)::int as n from dialler.main')).rows).toEqual([{ n: 5 }]);
  });

  test.each([
    ['show', 'show server_encoding', [{ server_encoding: 'UTF8' }]],
    [
      'writes in WITH',
      'with gone as (delete from main where id = 1 returning id) select id from gone',
      [{ id: 1 }],
    ],
    ['returning', 'delete from main where id < 3 returning id', [{ id: 1 }, { id: 2 }]],
    ['after the end of the transaction', 'rollback; select 1 as one', [{ one: 1 }]],
  ])('gives the rows of what can have no cursor: %s', async (_name, text, rows) => {
    expect(await all(source().script(text))).toEqual(rows);
  });

  test('says in the log when it is not the usual way, and only then', () => {
    const words =
      'pg is not as expected inside (the connection has 2 readers instead of one): rows come by a cursor, as objects, which is slower and gives the same';
    expect([...new Set(told)]).toEqual(spoiled ? [words] : []);
  });
});

test.each<[Spoiled, string]>([
  ['no number to cancel by', 'processID is neither a number nor null'],
  ['no statements of one’s own', 'a trial fails: only what the driver made'],
  ['columns told in other words', 'a trial fails: '],
  ['a handler of another name', 'a trial fails: activeQuery.handleReadyForQuery is not a function'],
  ['no answer', 'a trial fails: it does not answer'],
])('reads the ordinary way from a driver with %s', async (spoiled, words) => {
  told.length = 0;
  if (spoiled === 'no answer') vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const mend = spoil(spoiled);
  try {
    const rows = source().stream('select id from main order by id limit 2');
    expect(await all(rows)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(told).toEqual([expect.stringContaining(`(${words}`)]);
  } finally {
    mend();
    vi.useRealTimers();
  }
});

test.each([
  [{}, 'connection.parse is no function'],
  [
    { connection: Object.create(pg.Connection.prototype) as object },
    'connection.stream.pause is no function',
  ],
])('names what is not there: %j', (client, words) => {
  expect(() => insideOf(client as pg.Client)).toThrow(words);
});
