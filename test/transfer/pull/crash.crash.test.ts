import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findFtpServer, type FtpServer } from '../support/ftp-servers.ts';
import { below } from './below.ts';
import { openPuller, type Puller } from './puller.ts';

/** What a pull does to a disk. A run that dies does none of it any more. */
const DISK = [
  'mkdirSync',
  'openSync',
  'writeSync',
  'writeFileSync',
  'ftruncateSync',
  'futimesSync',
  'renameSync',
  'unlinkSync',
  'lstatSync',
] as const;

class Killed extends Error {}

/**
 * Ends a run as kill −9 does, before its n-th step on disk or database: from there on no step has any effect, and
 * the connection is gone without a word.
 */
class Killer {
  steps = 0;
  private readonly originals = DISK.map((name) => [name, fs[name]] as const);
  private readonly at: number;
  private session: PoolClient | undefined;

  constructor(at: number) {
    this.at = at;
  }

  arm(): void {
    for (const [name, original] of this.originals) {
      const call = original as (...args: unknown[]) => unknown;
      Object.assign(fs, {
        [name]: (...args: unknown[]) => {
          this.step();
          return call(...args);
        },
      });
    }
    syncBuiltinESMExports();
  }

  watch(db: PoolClient): void {
    this.session = db;
    // Without a listener a session that breaks would end the process.
    db.on('error', () => undefined);
    const query = db.query.bind(db) as (...args: unknown[]) => unknown;
    Object.assign(db, {
      query: async (...args: unknown[]) => {
        this.step();
        return query(...args);
      },
    });
  }

  disarm(): void {
    Object.assign(fs, Object.fromEntries(this.originals));
    syncBuiltinESMExports();
  }

  private step(): void {
    this.steps += 1;
    if (this.steps < this.at) return;
    const { connection } = this.session as unknown as { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
    throw new Killed(`killed before step ${this.steps}`);
  }
}

const sent: Record<string, string> = {
  'a.txt': 'content a',
  'b.txt': 'content b',
  'sub/c.txt': 'content c',
  'sub/deep/d.txt': 'content d',
  'known.txt': 'the same',
  'other.txt': 'from there',
  empty: '',
};
/** All that arrives; two of the names are taken here already. */
const wanted: Record<string, string> = {
  ...sent,
  'other.txt': 'from here',
  'other~1.txt': 'from there',
};

/** Every fifth step, others each time; all of them when asked. The message of a failure names the step. */
const STRIDE = process.env['REGIE_TEST_EVERY_STEP'] ? 1 : 5;
const first = 1 + Math.floor(Math.random() * STRIDE);
/** Ms for all of them on a busy machine. */
const LONG = 600_000;

const found = await findFtpServer('proftpd');

describe.skipIf('missing' in found).each([
  { what: 'deletes them there', deleteRemote: true },
  { what: 'leaves them there', deleteRemote: false },
])('a pull that $what and is killed', ({ deleteRemote }) => {
  let server: FtpServer;
  let puller: Puller;
  let steps = 0;
  let killer: Killer | undefined;
  /** What the hotfolder's task took: a file that is there twice fails the test. */
  let taken: Record<string, string>;

  beforeAll(async () => {
    if (!('missing' in found)) server = await found.start();
    puller = await openPuller(server, { deleteRemote, connections: 2 });
    await reset();
    killer = new Killer(Infinity);
    killer.arm();
    await puller.run({ onSession: (db) => killer!.watch(db) });
    killer.disarm();
    steps = killer.steps;
    expect(steps).toBeGreaterThan(40);
    take();
    expect(taken).toEqual(wanted);
  });
  afterEach(() => killer?.disarm());
  afterAll(async () => {
    await puller.close();
    await server?.remove();
  });

  async function reset(): Promise<void> {
    for (const folder of [puller.folders.local, puller.folders.work])
      fs.rmSync(folder, { recursive: true, force: true });
    for (const [name, content] of Object.entries(sent)) server.write(name, content);
    puller.put('known.txt', 'the same');
    puller.put('other.txt', 'from here');
    taken = {};
    await puller.query('truncate transfer.source, library.dead_letter cascade');
  }

  /** Takes all files out of the local folder, as the task does that it is the hotfolder of; but for the two. */
  function take(all = true): void {
    for (const [name, content] of Object.entries(puller.files())) {
      if (!all && (name === 'known.txt' || name === 'other.txt')) continue;
      if (name in taken) throw new Error(`${name} arrived twice`);
      taken[name] = content;
      fs.rmSync(path.join(puller.folders.local, name));
    }
  }

  async function finish(): Promise<void> {
    // The session of the run that died may hold its locks for a moment.
    await setTimeout(5);
    await puller.run();
    take();
    expect(taken).toEqual(wanted);
    expect(below(server.folder)).toEqual(deleteRemote ? [] : Object.keys(sent).sort());
    expect(puller.parts()).toEqual([]);
    expect(await puller.run()).toMatchObject({ outcome: 'idle' });
    expect(puller.files()).toEqual({});
  }

  async function dieBefore(step: number): Promise<void> {
    killer = new Killer(step);
    killer.arm();
    await puller.run({ onSession: (db) => killer!.watch(db) }).catch(() => undefined);
    killer.disarm();
  }

  it(
    'brings each file exactly once, whichever step it dies before',
    async () => {
      for (let at = first; at <= steps; at += STRIDE) {
        await reset();
        await dieBefore(at);
        // What is in place may be taken before the next run knows that it is.
        take(false);
        await finish().catch((error: unknown) => {
          throw new Error(`killed before step ${at} of ${steps}`, { cause: error });
        });
      }
    },
    LONG,
  );

  it(
    'may die again while it recovers',
    async () => {
      for (let at = first + 3; at <= steps; at += 2 * STRIDE) {
        await reset();
        await dieBefore(at);
        take(false);
        await dieBefore(12 + (at % 17));
        take(false);
        await finish().catch((error: unknown) => {
          throw new Error(`killed before step ${at} of ${steps}, then again`, { cause: error });
        });
      }
    },
    LONG,
  );
});
