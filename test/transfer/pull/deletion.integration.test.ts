import { setTimeout } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { fact, HostileServer, type Behaviour } from './hostile-server.ts';
import { openPuller, type Puller } from './puller.ts';

let server: HostileServer;
let puller: Puller;
afterEach(async () => {
  await puller.close();
  await server.stop();
});

async function pullFrom(behaviour: Behaviour): Promise<Puller> {
  server = await HostileServer.start(behaviour);
  puller = await openPuller(undefined, { ...server.settings, connections: 1 });
  return puller;
}

/** The commands that fetch and delete, in their order. */
const deeds = () => server.commands.filter((line) => /^(RETR|DELE)/.test(line));
const letters = () => puller.query('select subject, what from regie.incident');
/** What failed may be tried again at once. */
const lift = () => puller.query('update regie.incident set not_before = null');

/** A line of LIST, to the minute; MDTM and SIZE tell the rest. */
const line = (name: string, size = 7) => `-rw-r--r--   1 a  b   ${size} Jan 02 03:04 ${name}\r\n`;
const mdtm = (seconds: number) => `213 202601020304${String(seconds).padStart(2, '0')}`;

describe('an empty file', () => {
  it('is fetched before it is deleted', async () => {
    const { run, files } = await pullFrom({ list: () => fact('empty', { size: 0 }), content: () => '' });
    expect(await run()).toMatchObject({ outcome: 'done', counts: { fetched: 1, deleted: 1 } });
    expect(deeds()).toEqual(['RETR /empty', 'DELE /empty']);
    expect(files()).toEqual({ empty: '' });
  });

  it('that is not empty is left there, and told: an upload that has just begun looks so', async () => {
    const { run, files } = await pullFrom({ list: () => fact('begun', { size: 0 }) });
    expect(await run()).toMatchObject({ counts: { fetched: 0, failed: 1, deleted: 0 } });
    expect(deeds()).toEqual(['RETR /begun']);
    expect(await letters()).toEqual([{ subject: 'begun', what: 'wrong-size' }]);
    expect(files()).toEqual({});
  });

  it('that has grown by the time it is fetched is left to the next run', async () => {
    let fetched = false;
    const { run, files } = await pullFrom({
      list: () => fact('begun', { size: fetched ? 7 : 0 }),
      content: () => {
        const content = fetched ? 'content' : 'cont';
        fetched = true;
        return content;
      },
    });
    expect(await run()).toMatchObject({ counts: { fetched: 0, failed: 0, growing: 1, deleted: 0 } });
    expect(await run()).toMatchObject({ counts: { fetched: 1, deleted: 1 } });
    expect(files()).toEqual({ begun: 'content' });
  });

  it('is not believed to have arrived when the line was cut: nothing looks like it', async () => {
    let cuts = 1;
    const { run } = await pullFrom({
      list: () => fact('empty', { size: 0 }),
      content: () => '',
      cut: (text) => (text.startsWith('RETR') && (cuts -= 1) >= 0 ? 'after' : undefined),
    });
    expect(await run()).toMatchObject({ counts: { fetched: 1, deleted: 1 } });
    expect(deeds()).toEqual(['RETR /empty', 'RETR /empty', 'DELE /empty']);
  });

  it('is fetched though a run that died left an empty part of it', async () => {
    let refuses = true;
    const { run } = await pullFrom({
      list: () => fact('empty', { size: 0 }),
      content: () => '',
      answer: (text) => (refuses && text.startsWith('RETR') ? '450 busy' : undefined),
    });
    await run();
    expect(puller.parts()).toHaveLength(1);
    refuses = false;
    await lift();
    expect(await run()).toMatchObject({ counts: { fetched: 1, deleted: 1 } });
    expect(deeds()).toEqual(['RETR /empty', 'RETR /empty', 'DELE /empty']);
  });
});

describe('a file that is another one by the time it would be deleted', () => {
  /** Waits, and does something, once the row of a file says that it is in place. */
  const whenPlaced = (deed: () => void) => (db: PoolClient) => {
    const query = db.query.bind(db) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(db, {
      query: async (...args: unknown[]) => {
        const result = await query(...args);
        if (/set state = 'placed'/.test(String(args[0]))) {
          deed();
          await setTimeout(1_100);
        }
        return result;
      },
    });
  };

  it('stays when putting it in place took a while', async () => {
    let other = false;
    const { run, files } = await pullFrom({ list: () => fact('a', other ? { size: 8 } : {}) + fact('b') });
    const report = await run({ onSession: whenPlaced(() => (other = true)) });
    expect(report).toMatchObject({ counts: { fetched: 2, deleted: 1, growing: 1 } });
    expect(deeds().filter((text) => text.startsWith('DELE'))).toEqual(['DELE /b']);
    expect(files()).toEqual({ a: 'content', b: 'content' });
  });

  it('stays when the answer to its deletion was lost: that may have been carried out', async () => {
    let cuts = 1;
    let other = false;
    const { run, files } = await pullFrom({
      list: () => (other ? fact('a', { modify: '20260102030406' }) : fact('a')),
      content: () => (other ? 'another' : 'content'),
      cut(text) {
        if (!text.startsWith('DELE') || (cuts -= 1) < 0) return undefined;
        other = true;
        return 'after';
      },
    });
    expect(await run()).toMatchObject({ outcome: 'done', counts: { fetched: 1, failed: 0 } });
    expect(deeds()).toEqual(['RETR /a', 'DELE /a']);
    expect(await run()).toMatchObject({ counts: { fetched: 1, deleted: 1 } });
    expect(files()).toEqual({ a: 'content', 'a~1': 'another' });
  });

  it('is no fault when it is gone, its deletion carried out and the answer lost', async () => {
    let cuts = 1;
    let gone = false;
    const { run } = await pullFrom({
      list: () => (gone ? '' : fact('a')),
      answer: (text) => (gone && text.startsWith('DELE') ? '550 no such file' : undefined),
      cut(text) {
        if (!text.startsWith('DELE') || (cuts -= 1) < 0) return undefined;
        gone = true;
        return 'after';
      },
    });
    expect(await run()).toMatchObject({ outcome: 'done', counts: { fetched: 1, failed: 0 } });
    expect(await letters()).toEqual([]);
    await run();
    expect(await puller.query('select * from transfer.remote_file')).toEqual([]);
  });

  it('is fetched when LIST shows the minute and size of one that is here: MDTM tells', async () => {
    let seconds = 5;
    const { run, files } = await pullFrom({
      features: ['MDTM', 'SIZE'],
      list: () => line('a'),
      content: () => (seconds === 5 ? 'content' : 'another'),
      answer(text) {
        if (text.startsWith('MDTM')) return mdtm(seconds);
        if (text.startsWith('SIZE')) return '213 7';
        return text.startsWith('DELE') && seconds === 5 ? '450 busy' : undefined;
      },
    });
    expect(await run()).toMatchObject({ counts: { fetched: 1, deleted: 0, failed: 1 } });
    seconds = 31;
    await lift();
    expect(await run()).toMatchObject({ counts: { fetched: 1, deleted: 1 } });
    expect(files()).toEqual({ a: 'content', 'a~1': 'another' });
  });

  it('is not taken when only SIZE tells that it still grows', async () => {
    const { run } = await pullFrom({
      features: ['MDTM', 'SIZE'],
      list: () => line('a'),
      answer(text) {
        if (text.startsWith('MDTM')) return mdtm(5);
        return text.startsWith('SIZE') ? '213 9' : undefined;
      },
    });
    expect(await run()).toMatchObject({ counts: { fetched: 0, deleted: 0, growing: 1 } });
    expect(deeds()).toEqual(['RETR /a']);
  });

  it.each([{ features: ['MDTM'] }, { features: ['MDTM', 'SIZE'] }])(
    'is deleted where SIZE is not to be had, and a listing tells the size: $features',
    async ({ features }) => {
      const { run } = await pullFrom({
        features,
        list: () => line('a'),
        answer: (text) => (text.startsWith('MDTM') ? mdtm(5) : undefined),
      });
      expect(await run()).toMatchObject({ counts: { fetched: 1, deleted: 1, growing: 0 } });
    },
  );

  it('is seen by MDTM where MLSD shows no time', async () => {
    let seconds = 5;
    const { run, files } = await pullFrom({
      features: ['MLST type*;size*;', 'MDTM', 'SIZE'],
      list: () => 'type=file;size=7; a\r\n',
      content: () => (seconds === 5 ? 'content' : 'another'),
      answer(text) {
        if (text.startsWith('MDTM')) return mdtm(seconds);
        if (text.startsWith('SIZE')) return '213 7';
        return text.startsWith('DELE') && seconds === 5 ? '450 busy' : undefined;
      },
    });
    await run();
    seconds = 6;
    await lift();
    expect(await run()).toMatchObject({ counts: { fetched: 1, deleted: 1 } });
    expect(files()).toEqual({ a: 'content', 'a~1': 'another' });
  });
});
