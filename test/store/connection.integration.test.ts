import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPool } from '../../src/store/connection.ts';
import { inTransaction } from '../../src/store/transaction.ts';
import { emptyDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await emptyDatabase();
  pool = openPool(database.url, { applicationName: 'regie test' });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe('openPool', () => {
  test('sessions run in UTC, carry a name and watch their client', async () => {
    const { rows } = await pool.query(
      `select current_setting('TimeZone') as zone, current_setting('application_name') as name,
              current_setting('client_connection_check_interval') as watch`,
    );
    expect(rows[0]).toEqual({ zone: 'UTC', name: 'regie test', watch: '1s' });
  });

  test('local dates and times are not moved by the time zone of this process', async () => {
    const { rows } = await pool.query(
      `select '2021-06-11'::date as day, '2021-06-11 00:00'::timestamp as local, '2021-06-11 00:00Z'::timestamptz as at,
              9007199254740993::bigint as big`,
    );
    expect(rows[0]).toEqual({
      day: '2021-06-11',
      local: '2021-06-11 00:00:00',
      at: new Date('2021-06-11T00:00:00Z'),
      big: '9007199254740993',
    });
  });

  test('a broken idle connection is reported and replaced, not thrown', async () => {
    const lost: Error[] = [];
    const own = openPool(database.url, { max: 1, onLost: (error) => lost.push(error) });
    const { rows } = await own.query<{ pid: number }>('select pg_backend_pid() as pid');
    await pool.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
    await expect.poll(() => lost.length).toBe(1);
    const again = await own.query<{ pid: number }>('select pg_backend_pid() as pid');
    expect(again.rows[0]!.pid).not.toBe(rows[0]!.pid);
    await own.end();
  });

  test('a busy session whose client vanished frees its advisory locks', async () => {
    const own = openPool(database.url, { max: 1 });
    const client = await own.connect();
    client.on('error', () => undefined);
    await client.query('select pg_advisory_lock(42)');
    const busy = client.query('select pg_sleep(600)').catch(() => undefined);
    // Cuts the socket as a kill -9 of the process would.
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await expect
      .poll(
        async () => {
          const { rows } = await pool.query<{ free: boolean }>(
            'select pg_try_advisory_xact_lock(42) as free',
          );
          return rows[0]!.free;
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    await busy;
    client.release(true);
    await own.end();
  });

  test('an address where nothing listens is refused with the address', async () => {
    const nowhere = openPool('postgres://regie@127.0.0.1:1/regie', { connectTimeout: 1_000 });
    await expect(nowhere.query('select 1')).rejects.toThrow('127.0.0.1:1');
    await nowhere.end();
  });
});

describe('inTransaction', () => {
  test('commits the work, rolls it back on an error, and refuses a swallowed error', async () => {
    const client = await pool.connect();
    try {
      await client.query('create temp table numbers (n int primary key)');
      const count = async () => (await client.query('select from numbers')).rowCount;

      expect(
        await inTransaction(client, async (c) => (await c.query('insert into numbers values (1)')).rowCount),
      ).toBe(1);
      expect(await count()).toBe(1);

      const failing = inTransaction(client, async (c) => {
        await c.query('insert into numbers values (2)');
        throw new Error('no more');
      });
      await expect(failing).rejects.toThrow('no more');
      expect(await count()).toBe(1);

      const swallowing = inTransaction(client, async (c) => {
        await c.query('insert into numbers values (3)');
        await c.query('insert into numbers values (1)').catch(() => undefined);
      });
      await expect(swallowing).rejects.toThrow('rolled back');
      expect(await count()).toBe(1);
    } finally {
      client.release();
    }
  });
});
