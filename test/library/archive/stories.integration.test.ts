import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OriginalStore } from '../../../src/library/originals/store.ts';
import { acceptQuarantined } from '../../../src/library/quarantine/decide-quarantine.ts';
import { openArchiver, sidecar, type Archiver } from './support.ts';

const grouping = { grouping: '^report-(.+)$', caption: '$1.xml', representation: '$1-cover.jpg' };

let archiver: Archiver;
beforeEach(async () => {
  archiver = await openArchiver({
    databox: { fields: [{ name: 'Title' }] },
    settings: { rules: [grouping], deleteEmptyFolders: true },
  });
});
afterEach(() => archiver.close());

/** Stories as `id name status: title: names of their records, in order`. */
const stories = async () => {
  const rows = await archiver.query<{ text: string }>(
    `select concat_ws(' ', s.id, s.name, s.status || ':', (select v.text from library.value v where v.record_id = s.id) || ':',
       (select string_agg(r.name, ' ' order by m.position) from library.story_member m
        join library.record r on r.id = m.record_id where m.story_id = s.id)) as text
     from library.record s where type = 'story' order by s.id`,
  );
  return rows.map(({ text }) => text);
};

describe('stories', () => {
  it('a folder of which a rule says so is one, with its description and its first file', async () => {
    archiver.put('report-sea/b.jpg');
    archiver.put('report-sea/a.jpg');
    archiver.put('report-sea/a.xml', sidecar({ Title: 'Own' }));
    archiver.put('report-sea/sea-cover.jpg');
    archiver.put('report-sea/sea.xml', sidecar({ Title: 'The sea' }, '1xxxxx'));
    archiver.put('report-sea/notes/c.txt');
    archiver.put('other/d.jpg');
    const report = await archiver.run();
    expect(report.counts).toMatchObject({ archived: 5, stories: 1, sidecars: 2 });
    expect(await stories()).toEqual(['1 report-sea 32: The sea: sea-cover.jpg a.jpg b.jpg']);
    expect(await archiver.records()).toContain('photos/a.jpg Title=Own');
    expect(archiver.files()).toEqual(['report-sea/.grouping.xml']);
    expect(archiver.files('archived')).toContain('report-sea/.grouping.xml');
    const events = await archiver.query(
      "select what, after from library.event where what = 'joined' order by id limit 1",
    );
    expect(events).toEqual([{ what: 'joined', after: { story: 1 } }]);
  });

  it('later files join it', async () => {
    archiver.put('report-sea/a.jpg');
    await archiver.run();
    archiver.put('report-sea/b.jpg');
    archiver.put('report-sea/sea-cover.jpg');
    archiver.put('report-sea/sea.xml', sidecar({ Title: 'Too late' }));
    const report = await archiver.run();
    expect(report.counts).toMatchObject({ archived: 2, refused: 1 });
    expect(await stories()).toEqual(['1 report-sea 0: sea-cover.jpg a.jpg b.jpg']);
    // Whatever the rules say by then.
    archiver.change({ rules: [] });
    archiver.put('report-sea/c.jpg');
    await archiver.run();
    expect(await stories()).toEqual(['1 report-sea 0: sea-cover.jpg a.jpg b.jpg c.jpg']);
    rmSync(path.join(archiver.folders.hotfolder, 'report-sea'), { recursive: true });
    archiver.change({ rules: [grouping] });
    archiver.put('report-sea/d.jpg');
    await archiver.run();
    expect(await stories()).toHaveLength(2);
  });

  it('its description and its first file may stand beside the folder', async () => {
    archiver.put('report-sea/a.jpg');
    archiver.put('sea.xml', sidecar({ Title: 'The sea' }));
    archiver.put('sea-cover.jpg');
    archiver.put('b.jpg');
    await archiver.run();
    expect(await stories()).toEqual(['1 report-sea 0: The sea: sea-cover.jpg a.jpg']);
    expect(archiver.files('archived')).toContain('sea.xml');
  });

  it('a large one is taken in several transactions, and is one all the same', async () => {
    archiver.change({ groupFiles: 3 });
    for (let n = 0; n < 10; n += 1) archiver.put(`report-sea/${n}.jpg`);
    archiver.put('report-sea/sea.xml', sidecar({ Title: 'The sea' }));
    archiver.put('report-sea/sea-cover.jpg');
    await archiver.run();
    expect(await stories()).toEqual([
      `1 report-sea 0: The sea: sea-cover.jpg ${Array.from({ length: 10 }, (_, n) => `${n}.jpg`).join(' ')}`,
    ]);
  });

  it('waits while its description is no good, and holds up nothing else', async () => {
    archiver.put('report-sea/a.jpg');
    archiver.put('report-sea/sea.xml', '<record>');
    archiver.put('b.jpg');
    expect((await archiver.run()).counts).toMatchObject({ archived: 1 });
    const letters = await archiver.query('select subject, what, state from regie.incident');
    expect(letters).toEqual([{ subject: 'report-sea/sea.xml', what: 'grouping', state: 'open' }]);
    archiver.put('report-sea/sea.xml', sidecar({ Title: 'The sea' }));
    await archiver.run();
    expect(await stories()).toEqual(['2 report-sea 0: The sea: a.jpg']);
    expect(await archiver.query("select * from regie.incident where state <> 'resolved'")).toEqual([]);
  });

  it('its description alone waits for its files', async () => {
    archiver.put('report-sea/sea.xml', sidecar({ Title: 'The sea' }));
    expect(await archiver.run()).toMatchObject({ outcome: 'idle', waiting: [{ count: 1 }] });
    expect(await archiver.poll()).toMatchObject({ work: false });
    archiver.put('report-sea/a.jpg');
    await archiver.run();
    expect(await stories()).toEqual(['1 report-sea 0: The sea: a.jpg']);
  });

  it.each([
    ['<record grouping="77"/>', 'databox press has no story 77'],
    ['<record grouping="1"/>', 'databox press has no story 1'],
    ['<record grouping="x"/>', 'it names no story; expected <record grouping="number of the story"/>'],
    ['<story grouping="1"/>', 'it names no story'],
  ])('leaves a folder alone whose .grouping.xml is %s', async (text, reason) => {
    archiver.put('b.jpg');
    await archiver.run();
    archiver.put('any/.grouping.xml', text);
    archiver.put('any/a.jpg');
    archiver.put('any/deep/c.jpg');
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/b.jpg', 'photos/c.jpg']);
    const letters = await archiver.query('select subject, what, reason from regie.incident');
    expect(letters).toEqual([
      { subject: 'any/.grouping.xml', what: 'grouping', reason: expect.stringContaining(reason) as string },
    ]);
    expect(archiver.files()).toEqual(['any/.grouping.xml', 'any/a.jpg']);
  });

  it('keeps the story of a file in quarantine for whoever accepts it', async () => {
    archiver.put('a.jpg', 'same');
    await archiver.run();
    archiver.put('report-sea/b.jpg', 'same');
    await archiver.run();
    await archiver.use((db) =>
      acceptQuarantined(db, new OriginalStore(archiver.storage), '1', { by: 'me@here' }),
    );
    expect(await stories()).toEqual(['2 report-sea 0: b.jpg']);
    expect(readFileSync(path.join(archiver.folders.hotfolder, 'report-sea/.grouping.xml'), 'utf8')).toContain(
      '"2"',
    );
  });
});
