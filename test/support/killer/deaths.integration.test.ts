import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomOf } from '../../../src/sampling/random.ts';
import { openPool } from '../../../src/store/connection.ts';
import { inTransaction } from '../../../src/store/transaction.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import type { Killer } from './killer.ts';
import { everyNth, handful, rehearse, sweep } from './sweep.ts';

let database: TestDatabase;
let pool: pg.Pool;
let folder: string;
beforeAll(async () => {
  database = await freshDatabase();
  pool = openPool(database.url, { max: 2 });
  await pool.query('create table public.moved (content text)');
  folder = mkdtempSync(path.join(tmpdir(), 'regie-test-killer-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await pool.end();
  await database.drop();
});

const kept = async () => (await pool.query('select content from moved')).rows;

/** A small sample of what tasks do: takes a file into a table, and removes it. */
function taking(remove: 'before the commit' | 'after it') {
  const source = path.join(folder, 'source');
  const take = async (killer?: Killer) => {
    const db = await pool.connect();
    try {
      killer?.arm();
      if (!existsSync(source)) return;
      await inTransaction(db, async () => {
        await db.query('delete from moved');
        await db.query('insert into moved values ($1)', [readFileSync(source, 'utf8')]);
        if (remove === 'before the commit') unlinkSync(source);
      });
      if (remove === 'after it') unlinkSync(source);
    } finally {
      killer?.disarm();
      db.release(true);
    }
  };
  return {
    run: take,
    async reset() {
      await pool.query('truncate moved');
      writeFileSync(source, 'content');
    },
    async recover() {
      await take();
      expect(await kept()).toEqual([{ content: 'content' }]);
      expect(existsSync(source)).toBe(false);
    },
  };
}

describe('a sweep', () => {
  const all = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

  it('finds a file that is removed before what it became is committed, and says at what', async () => {
    const wrong = taking('before the commit');
    await wrong.reset();
    const moments = await rehearse(wrong.run, { disk: 1, database: 4 });
    await expect(sweep(wrong, all(moments), moments)).rejects.toThrow(
      /^killed at moment 5 of 5, before commit: expected \[\] to deeply equal/,
    );
  });

  it('finds nothing where there is nothing', async () => {
    const right = taking('after it');
    await right.reset();
    const moments = await rehearse(right.run, { disk: 1, database: 4 });
    await sweep(right, all(moments), moments);
  });

  it('fails when less is seen than is known to be there', async () => {
    const right = taking('after it');
    await right.reset();
    await expect(rehearse(right.run, { disk: 2 })).rejects.toThrow(
      'the killer saw 1 moments (disk) of an undisturbed run, expected at least 2',
    );
  });

  it('fails when runs end before they could be killed', async () => {
    const right = taking('after it');
    await expect(sweep(right, [6], 5)).rejects.toThrow('1 of 1 runs ended before they could be killed');
  });

  it('takes the same moments of the same seed, each of them at some time, and none beside', () => {
    for (const choice of [everyNth(4), handful(5)]) {
      const of = (seed: number) => choice(23, randomOf(seed));
      expect(of(1)).toEqual(of(1));
      const taken = new Set(Array.from({ length: 300 }, (_, seed) => of(seed)).flat());
      expect([...taken].sort((a, b) => a - b)).toEqual(all(23));
    }
  });
});

describe('a process that kills itself', () => {
  const child = fileURLToPath(new URL('mortal-child.ts', import.meta.url));

  it.each([
    [1, /^before fs\.promises\.writeFile\(.*\/new, content\)$/, [], undefined],
    [2, /^in the middle of fs\.promises\.writeFile/, [], 'con'],
    [3, /^after fs\.promises\.writeFile/, [], 'content'],
    [4, /^before insert into moved/, [], 'content'],
    [
      6,
      /^(?:after|having sent) insert into moved|^before fs\.promises\.rename/,
      [{ content: '1' }],
      'content',
    ],
  ])('at moment %i', async (moment, what, rows, content) => {
    await pool.query('truncate moved');
    const process = spawn('node', ['--import', 'tsx', child, database.url, folder, String(moment)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    expect(await once(process, 'exit')).toEqual([null, 'SIGKILL']);
    expect(readFileSync(path.join(folder, 'death'), 'utf8')).toMatch(what);
    expect(await kept()).toEqual(rows);
    const file = path.join(folder, 'new');
    expect(existsSync(file) ? readFileSync(file, 'utf8') : undefined).toBe(content);
    rmSync(file, { force: true });
  });
});

describe('the seed', () => {
  const play = async (env: Record<string, string>) => {
    const config = fileURLToPath(new URL('failing/vitest.config.ts', import.meta.url));
    const vitest = path.join(process.cwd(), 'node_modules/vitest/vitest.mjs');
    const child = spawn(process.execPath, [vitest, 'run', '--config', config], {
      env: { ...process.env, NO_COLOR: '1', REGIE_TEST_SEED: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (said += data.toString()));
    await once(child, 'close');
    return said;
  };

  it('is printed, told by a failure, and repeats what it chose', async () => {
    const first = await play({});
    const seed = /^seed (\d+); again: REGIE_TEST_SEED=\1 npx vitest run \S*fails\.ts$/m.exec(first)?.[1];
    expect(seed).toBeDefined();
    const failure = /chose (0\.\d+)\s+\(seed (\d+); again: /;
    expect(failure.exec(first)?.[2]).toBe(seed);
    const again = await play({ REGIE_TEST_SEED: seed! });
    expect(failure.exec(again)?.slice(1)).toEqual(failure.exec(first)?.slice(1));
  });
});
