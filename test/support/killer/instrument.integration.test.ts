import { promisify } from 'node:util';
import fs, { renameSync as renameByName } from 'node:fs';
import { rename as renamePromised, type FileHandle } from 'node:fs/promises';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPool } from '../../../src/store/connection.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { isWatched } from './disk.ts';
import { Killed, Killer } from './killer.ts';

let folder: string;
const at = (name: string) => path.join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'regie-test-killer-'));
  writeFileSync(at('a'), 'content');
});
let killer: Killer | undefined;
afterEach(() => {
  killer?.disarm();
  rmSync(folder, { recursive: true });
});

/** Lets it die at this moment; gives what it died at and what it threw. */
async function kill(
  moment: number,
  work: () => unknown,
): Promise<{ death: string | undefined; error: unknown }> {
  killer = new Killer(moment);
  killer.arm();
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  killer.disarm();
  return { death: killer.death, error };
}

const names = () => fs.readdirSync(folder).sort();

const callback = (work: (done: (error: Error | null) => void) => void) =>
  new Promise<void>((resolve, reject) => {
    work((error) => (error ? reject(error) : resolve()));
  });

const renames: Record<string, () => unknown> = {
  'fs.renameSync': () => fs.renameSync(at('a'), at('b')),
  'fs.renameSync by name': () => renameByName(at('a'), at('b')),
  'fs.rename': () => callback((done) => fs.rename(at('a'), at('b'), done)),
  'fs.rename promisified': () => promisify(fs.rename)(at('a'), at('b')),
  'fs.promises.rename': () => fs.promises.rename(at('a'), at('b')),
  'fs.promises.rename by name': () => renamePromised(at('a'), at('b')),
};

describe('on disk', () => {
  it.each(Object.entries(renames))('%s is one step, and cut', async (name, rename) => {
    const cut = await kill(1, rename);
    expect(cut.error).toBeInstanceOf(Killed);
    expect(cut.death).toBe(`before ${name.split(' ')[0]}(${at('a')}, ${at('b')})`);
    expect(names()).toEqual(['a']);
    const whole = await kill(Infinity, rename);
    expect([whole.error, killer!.moments.disk, names()]).toEqual([undefined, 1, ['b']]);
  });

  const opened = async (write: (file: FileHandle) => Promise<unknown>) => {
    const file = await fs.promises.open(at('b'), 'w');
    try {
      await write(file);
    } finally {
      await file.close();
    }
  };

  const writes: Record<string, [moments: number, write: () => unknown]> = {
    'fs.writeFileSync': [2, () => fs.writeFileSync(at('b'), 'written')],
    'fs.writeFileSync of bytes': [2, () => fs.writeFileSync(at('b'), Buffer.from('written'))],
    'fs.writeFile': [2, () => callback((done) => fs.writeFile(at('b'), 'written', done))],
    'fs.promises.writeFile': [2, () => fs.promises.writeFile(at('b'), Buffer.from('written'))],
    'fs.appendFileSync': [2, () => fs.appendFileSync(at('b'), 'written')],
    'fs.writeSync': [
      3,
      () => {
        const file = fs.openSync(at('b'), 'w');
        try {
          fs.writeSync(file, 'written');
        } finally {
          fs.closeSync(file);
        }
      },
    ],
    'FileHandle.write': [3, () => opened((file) => file.write(Buffer.from('-written-'), 1, 7))],
    'FileHandle.writeFile': [3, () => opened((file) => file.writeFile('written'))],
    'FileHandle.writev': [3, () => opened((file) => file.writev([Buffer.from('writ'), Buffer.from('ten')]))],
    'fs.write': [3, () => pipeline(['written'], fs.createWriteStream(at('b')))],
    'FileHandle.write of a stream': [
      3,
      () => opened((file) => pipeline(['written'], file.createWriteStream())),
    ],
  };

  it.each(Object.entries(writes))(
    '%s is cut before it, and in its middle',
    async (name, [moments, write]) => {
      const middle = await kill(moments, write);
      expect(middle.death).toMatch(
        new RegExp(`^in the middle of ${name.split(' ')[0]!.replace('.', '\\.')}\\(.*/b`),
      );
      expect(middle.error).toBeInstanceOf(Killed);
      expect(readFileSync(at('b'), 'utf8')).toBe('wri');
      rmSync(at('b'));
      const before = await kill(moments - 1, write);
      expect([before.death, fs.existsSync(at('b')) && readFileSync(at('b'), 'utf8')]).toEqual([
        expect.stringMatching(/^before /),
        // What is opened to be written is there, and empty.
        moments === 3 && '',
      ]);
      const whole = await kill(Infinity, write);
      expect([whole.error, killer!.moments, readFileSync(at('b'), 'utf8')]).toEqual([
        undefined,
        { disk: moments, database: 0, network: 0 },
        'written',
      ]);
    },
  );

  it('a copy is cut in its middle', async () => {
    expect((await kill(2, () => fs.promises.copyFile(at('a'), at('b')))).death).toMatch(/^in the middle/);
    expect(readFileSync(at('b'), 'utf8')).toBe('con');
  });

  it('what a callback does are steps of their own', async () => {
    const both = () =>
      callback((done) => fs.writeFile(at('b'), 'x', () => fs.rename(at('b'), at('c'), done)));
    await kill(Infinity, both);
    expect(killer!.moments.disk).toBe(3);
    const { death } = await kill(3, both);
    expect(death).toMatch(/^before fs\.rename/);
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  it('reading is none', async () => {
    await kill(1, async () => {
      fs.readFileSync(at('a'));
      fs.closeSync(fs.openSync(at('a'), 'r'));
      fs.closeSync(fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY));
      expect(await text(fs.createReadStream(at('a')))).toBe('content');
      await (await fs.promises.open(at('a'))).close();
      await fs.promises.stat(at('a'));
    });
    expect(killer!.count).toBe(0);
  });

  it('every function that changes something is watched', async () => {
    const changes =
      /^(?:l|f)?(?:ch|utimes|sync|truncate|datasync|append|write|rm|unlink|link|symlink|mk|rename|cp|copy|open(?:Sync)?$)/;
    const missing = (owner: object) =>
      Object.entries(Object.getOwnPropertyDescriptors(owner)).flatMap(([name, { value }]) =>
        changes.test(name) && typeof value === 'function' && !isWatched(value as object) ? [name] : [],
      );
    const file = await fs.promises.open(at('a'));
    const methods = Object.getPrototypeOf(file) as object;
    await file.close();
    expect([missing(fs), missing(fs.promises), missing(methods)]).toEqual([[], [], []]);
    // It asks for something.
    expect([isWatched(fs.renameSync), isWatched(fs.readSync)]).toEqual([true, false]);
  });
});

describe('in the database', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool(database.url, { max: 2 });
    await pool.query('create table public.t (n text)');
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(() => pool.query('truncate t'));

  const rows = async () =>
    (await pool.query<{ n: string }>('select n from t order by n')).rows.map(({ n }) => n);
  const insert = "insert into t values ('1')";
  const withSession = async (work: (db: pg.PoolClient) => unknown): Promise<void> => {
    const db = await pool.connect();
    try {
      await work(db);
    } finally {
      db.release(killer?.death !== undefined);
    }
  };

  const statements: Record<string, () => unknown> = {
    client: async () => {
      const client = new pg.Client(database.url);
      await client.connect();
      try {
        await client.query(insert);
      } finally {
        // Its connection may be gone.
        await client.end().catch(() => undefined);
      }
    },
    'client of a pool': () => withSession((db) => db.query(insert)),
    pool: () => pool.query(insert),
    'client with a callback': () =>
      withSession((db) => callback((done) => db.query(insert, (error: Error | null) => done(error)))),
    'client with values': () =>
      withSession((db) => db.query({ text: 'insert into t values ($1)', values: ['1'] })),
  };

  it.each(Object.entries(statements))('a statement of a %s is one step, and cut', async (_, work) => {
    // Sessions that the pool opens are prepared by statements of its own: it has one.
    await pool.query('select');
    const cut = await kill(1, work);
    expect(cut.error).toBeInstanceOf(Killed);
    expect(cut.death).toMatch(/^before insert into t/);
    expect(await rows()).toEqual([]);
    const whole = await kill(Infinity, work);
    expect([whole.error, killer!.moments.database, await rows()]).toEqual([undefined, 1, ['1']]);
  });

  const copy = () =>
    withSession(async (db) => {
      const stream = db.query(copyFrom('copy t from stdin'));
      await pipeline(['1\n2\n'], stream);
    });

  it('a COPY is cut before it, before its rows, and before its end', async () => {
    await pool.query('select');
    await kill(Infinity, copy);
    expect([killer!.moments.database, await rows()]).toEqual([3, ['1', '2']]);
    await pool.query('truncate t');
    for (const [moment, death] of [
      [1, 'before copy t from stdin'],
      [2, 'before a piece of copy t from stdin'],
      [3, 'before the end of copy t from stdin'],
    ] as const) {
      await pool.query('select');
      const cut = await kill(moment, copy);
      expect([cut.death, cut.error === undefined, await rows()]).toEqual([death, false, []]);
    }
  });

  it('a COPY out is one step', async () => {
    await pool.query(insert);
    const out = () =>
      withSession(async (db) => expect(await text(db.query(copyTo('copy t to stdout')))).toBe('1\n'));
    expect((await kill(Infinity, out)).error).toBeUndefined();
    expect(killer!.moments.database).toBe(1);
    expect((await kill(1, out)).error).toBeDefined();
  });

  it('a transaction that is open is rolled back: the session is gone', async () => {
    await pool.query('select');
    const { error } = await kill(3, () =>
      withSession(async (db) => {
        for (const each of ['begin', insert, 'commit']) await db.query(each);
      }),
    );
    expect(error).toBeInstanceOf(Killed);
    expect(await rows()).toEqual([]);
    const { rows: open } = await pool.query(
      "select from pg_stat_activity where state like 'idle in transaction%' and datname = current_database()",
    );
    expect(open).toEqual([]);
  });
});

describe('on other connections', () => {
  it('what is sent is a step, and cut', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    /** Says two things; what the server heard goes into `heard`. */
    let heard = '';
    const say = async () => {
      const accepted = once(server, 'connection') as Promise<[Socket]>;
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      const [other] = await accepted;
      const arrived = text(other);
      try {
        for (const line of ['SIZE a\r\n', 'DELE a\r\n'])
          await callback((done) => socket.write(line, (error) => done(error ?? null)));
      } finally {
        socket.destroySoon();
        heard = await arrived;
      }
    };
    expect((await kill(Infinity, say)).error).toBeUndefined();
    expect([killer!.moments.network, heard]).toEqual([2, 'SIZE a\r\nDELE a\r\n']);
    const { death } = await kill(2, say);
    expect([death, heard]).toEqual([`before 127.0.0.1:${port} DELE a`, 'SIZE a\r\n']);
    server.close();
  });
});
