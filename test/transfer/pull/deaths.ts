import { appendFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Killer } from '../../support/killer/killer.ts';
import type { Dice } from '../../support/killer/seed.ts';
import { killAt, named, rehearse, sweep, type Choice } from '../../support/killer/sweep.ts';
import { findFtpServer, type FtpServer } from '../support/ftp-servers.ts';
import { below } from './below.ts';
import { openPuller, type Puller } from './puller.ts';

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

/** Ms for all of them on a busy machine. */
const LONG = 600_000;

const found = await findFtpServer('proftpd');

/** Tests of a pull that dies at moments of this choice; `again`: those of the first death of two. */
export function pullDeaths(dice: Dice, choose: Choice, again: Choice): void {
  describe.skipIf('missing' in found).each([
    { what: 'deletes them there', deleteRemote: true },
    { what: 'leaves them there', deleteRemote: false },
  ])(
    `a pull${'missing' in found ? ` (${found.missing})` : ''} that $what and is killed`,
    ({ what, deleteRemote }) => {
      let server: FtpServer;
      let puller: Puller;
      let moments = 0;
      /** What the hotfolder's task took: a file that is there twice fails the test. */
      let taken: Record<string, string>;
      const run = ({ arm, signal }: Killer) => puller.run({ onSession: arm, signal });

      beforeAll(async () => {
        if (!('missing' in found)) server = await found.start();
        puller = await openPuller(server, { deleteRemote, connections: 2 });
        await reset();
        moments = await rehearse(run, { disk: 45, database: 18, network: 18 });
        take();
        expect(taken).toEqual(wanted);
      });
      afterAll(async () => {
        await puller.close();
        await server?.remove();
      });

      async function reset(): Promise<void> {
        for (const folder of [puller.folders.local, puller.folders.work])
          rmSync(folder, { recursive: true, force: true });
        for (const [name, content] of Object.entries(sent)) server.write(name, content);
        puller.put('known.txt', 'the same');
        puller.put('other.txt', 'from here');
        taken = {};
        await puller.query('truncate transfer.source, regie.incident cascade');
      }

      /** Takes all files out of the local folder, as the task does that it is the hotfolder of; but for the two. */
      function take(all = true): void {
        for (const [name, content] of Object.entries(puller.files())) {
          if (!all && (name === 'known.txt' || name === 'other.txt')) continue;
          if (name in taken) throw new Error(`${name} arrived twice`);
          taken[name] = content;
          rmSync(path.join(puller.folders.local, name));
        }
      }

      async function finish(): Promise<void> {
        // The session of the run that died may hold its locks for a moment.
        await setTimeout(5);
        // What is in place may be taken before the next run knows that it is.
        take(false);
        await puller.run();
        take();
        expect(taken).toEqual(wanted);
        expect(below(server.folder)).toEqual(deleteRemote ? [] : Object.keys(sent).sort());
        expect(puller.parts()).toEqual([]);
        expect(await puller.run()).toMatchObject({ outcome: 'idle' });
        expect(puller.files()).toEqual({});
      }

      it(
        'brings each file exactly once, whichever moment it dies at',
        () => sweep({ run, reset, recover: finish, wavers: true }, choose(moments, dice(what)), moments),
        LONG,
      );

      it(
        'may die again while it recovers',
        async () => {
          const random = dice(what, 'again');
          for (const at of again(moments, random)) {
            await reset();
            const first = await killAt({ run }, at);
            take(false);
            const second = await killAt({ run }, 12 + Math.floor(17 * random()));
            await named(`killed at moment ${at} of ${moments}, ${first}, then ${second}`, finish);
          }
        },
        LONG,
      );
    },
  );
}

/** The same over files that were fetched, stayed on the server, and grew there. */
export function grownPullDeaths(dice: Dice, choose: Choice): void {
  describe.skipIf('missing' in found)('a pull that is killed over files that grew', () => {
    const whole = { 'a.txt': 'half, and whole', 'sub/b.txt': 'half, and whole' };
    let server: FtpServer;
    let puller: Puller;
    let moments = 0;
    const run = ({ arm, signal }: Killer) => puller.run({ onSession: arm, signal });

    beforeAll(async () => {
      if (!('missing' in found)) server = await found.start();
      puller = await openPuller(server, { stableFor: '20ms', connections: 1 });
      await reset();
      moments = await rehearse(run, { disk: 5, database: 10, network: 5 });
      expect(puller.files()).toEqual(whole);
      expect(below(server.folder)).toEqual([]);
    });
    afterAll(async () => {
      await puller.close();
      await server?.remove();
    });

    async function reset(): Promise<void> {
      for (const folder of [puller.folders.local, puller.folders.work])
        rmSync(folder, { recursive: true, force: true });
      await puller.query('truncate transfer.source, regie.incident cascade');
      const files = Object.keys(whole).map((name) => server.write(name, 'half'));
      await puller.with({ deleteRemote: false, stableFor: 0 }).run();
      for (const file of files) appendFileSync(file, ', and whole');
    }

    it(
      'brings the whole in the place of the half, and deletes nothing before',
      () =>
        sweep(
          {
            run,
            reset,
            async recover() {
              await setTimeout(5);
              // What is on the server no longer is here, whole.
              const here = puller.files();
              for (const name of Object.keys(whole))
                if (!below(server.folder).includes(name)) expect(here[name]).toBe('half, and whole');
              await puller.run();
              expect(puller.files()).toEqual(whole);
              expect(below(server.folder)).toEqual([]);
              expect(puller.parts()).toEqual([]);
              expect(await puller.query("select from regie.incident where state <> 'resolved'")).toEqual([]);
            },
            wavers: true,
          },
          choose(moments, dice('grown')),
          moments,
        ),
      LONG,
    );
  });
}
