import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attention } from '../../../src/library/batch/batch-attention.ts';
import { poll } from '../../../src/library/batch/poll-drop.ts';
import { retryIncident } from '../../../src/incidents/decide.ts';
import { readIncidents, unresolved } from '../../../src/incidents/read-incidents.ts';
import { batchUpload } from '../../../src/library/batch/batch-upload-kind.ts';
import { taskOf } from '../../support/task-of.ts';
import { TASK } from './library.ts';
import { manifestOf, openUploads, type Uploads } from './support.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

let at: Uploads;
beforeEach(async () => {
  at = await openUploads();
});
afterEach(() => at.close());

interface Row {
  name: string;
  collection: string;
  status: string;
  by: string;
  task: string;
  run: string;
  values: Record<string, string[]> | null;
}

const records = () =>
  at.query<Row>(
    `select r.name, c.name as collection, r.status, e.by, e.task, e.run,
            (select jsonb_object_agg(f.name, x.texts) from
               (select field_id, jsonb_agg(text order by position) as texts from library.value
                where record_id = r.id group by field_id) x join library.field f on f.id = x.field_id) as values
     from library.record r join library.collection c on c.id = r.collection_id
     join library.event e on e.record_id = r.id and e.what = 'created' order by r.id`,
  );

const lookNow = async () => {
  const db = await at.pool.connect();
  try {
    return await poll({ task: TASK, settings: at.settings, config: at.config, db });
  } finally {
    db.release();
  }
};

const attentionNow = async () => {
  const db = await at.pool.connect();
  try {
    return await attention({ task: TASK, settings: at.settings, config: at.config, db });
  } finally {
    db.release();
  }
};

/** As `regie library errors retry` does. */
const retryErrors = async () => {
  const db = await at.pool.connect();
  try {
    for (const each of await readIncidents(db, { task: TASK, states: unresolved }, 100))
      await retryIncident(
        db,
        { ...at.config, tasks: [taskOf(batchUpload, TASK, at.settings)] },
        each,
        'me@here',
      );
  } finally {
    db.release();
  }
};

describe('a batch that is dropped', () => {
  it('becomes records under the uploading user, with original names, fields and status', async () => {
    at.drop('wedding', {
      'manifest.xml': `<?xml version="1.0"?>
        <batch user="anna@agency" collection="photos">
          <status>x1xxxx</status>
          <file path="1.jpg" name="Plage d’été.jpg" sha256="${hash('one').toUpperCase()}">
            <description><Title>At the sea</Title><Keywords>sea</Keywords><Keywords>summer</Keywords></description>
          </file>
          <file path="sub/2.jpg" collection="Archive">
            <description><Number>12</Number><Colour>red</Colour></description>
            <status>1x0xxxx</status>
          </file>
        </batch>`,
      '1.jpg': 'one',
      'sub/2.jpg': 'two',
    });
    const report = await at.run();
    expect(report).toMatchObject({
      outcome: 'done',
      changed: true,
      counts: { batches: 1, files: 2, records: 2, bytes: 6, unknownFields: 1 },
      waiting: [],
    });
    const who = { by: 'anna@agency', task: TASK, run: 'run/upload-1' };
    expect(await records()).toEqual([
      {
        ...who,
        name: 'Plage d’été.jpg',
        collection: 'photos',
        status: '16',
        values: { Title: ['At the sea'], Keywords: ['sea', 'summer'] },
      },
      { ...who, name: '2.jpg', collection: 'archive', status: '64', values: { Number: ['12'] } },
    ]);
    expect(at.files('done')).toEqual([
      'wedding/1.jpg',
      'wedding/answer.json',
      'wedding/manifest.xml',
      'wedding/sub/2.jpg',
    ]);
    expect(at.files('drop')).toEqual([]);
    const ids = await at.query<{ id: string }>('select id from library.record order by id');
    expect(at.answer('done/wedding')).toMatchObject({
      state: 'done',
      name: 'wedding',
      user: 'anna@agency',
      records: 2,
      failed: 0,
      files: [
        { index: 0, name: 'Plage d’été.jpg', record: ids[0]!.id },
        { index: 1, name: '2.jpg', record: ids[1]!.id, unknown: ['Colour'] },
      ],
    });
  });

  it('may have its manifest in JSON', async () => {
    at.drop('b', {
      'manifest.json': JSON.stringify({
        user: 'bob',
        collection: 'photos',
        files: [
          { path: 'a.txt', fields: { Title: 'One', Keywords: ['x', 'y;z'], Number: 4.5 }, status: '1xxxx' },
        ],
      }),
      'a.txt': 'a',
    });
    await at.run();
    expect(await records()).toMatchObject([
      { by: 'bob', status: '16', values: { Title: ['One'], Keywords: ['x', 'y', 'z'], Number: ['4.5'] } },
    ]);
  });

  it('may call its manifest as it likes, when it is the only XML file that is one', async () => {
    at.drop('b', { 'list.xml': manifestOf('data.xml'), 'data.xml': '<record/>' });
    expect((await at.run()).counts).toMatchObject({ batches: 1, records: 1 });
    expect(at.files('done')).toContain('b/list.xml');
  });

  it('is taken, but for the files that fail, which the answer tells by index', async () => {
    at.drop('mixed', {
      'manifest.xml': `<batch user="anna@agency" collection="photos">
        <file path="a.jpg"/>
        <file path="../../../etc/passwd" name="b"/>
        <file path="gone.jpg"/>
        <file path="d.jpg" sha256="${hash('other')}"/>
        <file path="e.jpg" collection="nowhere"/>
        <file path="f.jpg"><status>2</status></file>
        <file path="a.jpg"/>
        <file path="h.jpg"/>
        <file/>
      </batch>`,
      'a.jpg': 'a',
      'd.jpg': 'd',
      'e.jpg': 'e',
      'f.jpg': 'f',
      'h.jpg': 'h',
      'other.jpg': 'nobody named me',
    });
    writeFileSync(path.join(at.folders.drop, 'mixed/.ready'), '');
    const report = await at.run();
    expect(report.counts).toMatchObject({ batches: 1, files: 9, records: 2, failed: 7, unnamed: 1 });
    const answer = at.answer('failed/mixed');
    expect(answer).toMatchObject({ state: 'failed', records: 2, failed: 7, unnamed: ['other.jpg'] });
    expect(
      answer.files.map(({ index, record, error }) => [index, record === undefined ? error : 'record']),
    ).toEqual([
      [0, 'record'],
      [1, expect.stringContaining('without `..`')],
      [2, expect.stringContaining('there is no file "gone.jpg"')],
      [3, expect.stringContaining(`its SHA-256 is ${hash('d')}`)],
      [4, expect.stringContaining('no collection "nowhere"; expected one of ')],
      [5, expect.stringContaining('status: expected a status mask')],
      [6, expect.stringContaining('file 0 has the same path')],
      [7, 'record'],
      [8, expect.stringContaining('path: ')],
    ]);
    // Nothing of it is lost.
    expect(at.files('failed').filter((name) => name.endsWith('.jpg'))).toHaveLength(6);
    const attention = await attentionNow();
    expect(attention).toMatchObject({
      count: 1,
      latest: [{ text: expect.stringContaining('7 of 9 files failed') }],
    });
    expect(attention.latest[0]!.text).toContain('file 1, b');
  });

  it('whose manifest makes no sense is refused whole, with the place of the fault', async () => {
    at.drop('b', {
      'manifest.xml': '<batch user="anna"><fil path="a.jpg"/></batch>',
      'a.jpg': 'a',
      '.ready': '',
    });
    expect((await at.run()).counts).toEqual({ batches: 1, files: 0 });
    expect(at.answer('failed/b').error).toBe(
      'manifest.xml, line 1, column 20: <fil> in <batch>; expected <status> or <file>',
    );
    expect(await records()).toEqual([]);
    const [letter] = await at.query('select task, what, state, kept from regie.incident');
    expect(letter).toEqual({
      task: TASK,
      what: 'refused',
      state: 'open',
      kept: path.join(at.folders.failed, 'b'),
    });
  });

  it('needs somebody whose upload it is', async () => {
    at.drop('b', { 'manifest.xml': '<batch collection="photos"><file path="a"/></batch>', a: 'a' });
    await at.run();
    expect(at.answer('failed/b').error).toBe(
      'manifest.xml: it does not say who sends the batch; expected a `user`',
    );
  });

  it('finds files whose accents are composed otherwise than in the manifest', async () => {
    at.drop('b', { 'manifest.xml': manifestOf('e\u0301te\u0301.jpg'), '\u00e9t\u00e9.jpg': 'a' });
    expect((await at.run()).counts).toMatchObject({ records: 1 });
  });

  it('puts what is in the library already into quarantine', async () => {
    at.drop('one', { 'manifest.xml': manifestOf('a.jpg'), 'a.jpg': 'same' });
    at.drop('two', { 'manifest.xml': manifestOf('b.jpg'), 'b.jpg': 'same' });
    expect((await at.run()).counts).toMatchObject({ batches: 2, records: 1, quarantined: 1 });
    const [record] = await at.query<{ id: string }>('select id from library.record');
    const [{ by }] = (await at.query<{ by: string }>('select by from library.quarantine')) as [
      { by: string },
    ];
    expect(by).toBe('anna@agency');
    const answers = [at.answer('done/one'), at.answer('done/two')];
    expect(answers.flatMap(({ files }) => files)).toContainEqual({
      index: 0,
      name: expect.any(String),
      quarantine: '1',
      reasons: [`record ${record!.id} is the same file`],
    });
  });

  it('of which the database refuses one file is taken without it', async () => {
    await at.query(
      "create function library.refuse() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '22000'; end $$",
    );
    await at.query(
      "create trigger refuse before insert on library.record for each row when (new.name = 'b') execute function library.refuse()",
    );
    at.drop('b', { 'manifest.xml': manifestOf('a', 'b', 'c'), a: '1', b: '2', c: '3' });
    expect((await at.run()).counts).toMatchObject({ files: 3, records: 2, failed: 1 });
    expect(at.answer('failed/b').files[1]!.error).toBe('PostgreSQL refused its rows: no');
    await at.query('drop function library.refuse() cascade');
  });
});

describe('when a batch is taken', () => {
  it('not before all its files are there, and then without those that do not come', async () => {
    await at.close();
    at = await openUploads({ wait: '1h' });
    at.drop('b', { 'manifest.xml': manifestOf('a', 'late'), a: '1' });
    expect(await lookNow()).toMatchObject({ work: false, waiting: [{ what: 'batches', count: 1 }] });
    expect((await at.run()).outcome).toBe('idle');
    at.drop('b', { late: '2' });
    expect((await lookNow()).work).toBe(true);
    expect((await at.run()).counts).toMatchObject({ records: 2 });

    await at.close();
    at = await openUploads({ wait: 0 });
    at.drop('b', { 'manifest.xml': manifestOf('a', 'late'), a: '1' });
    expect((await at.run()).counts).toMatchObject({ records: 1, failed: 1 });
  });

  it('not while somebody writes to a file of it', async () => {
    await at.close();
    at = await openUploads({ stableFor: 300 });
    at.drop('b', { 'manifest.xml': manifestOf('a'), a: '1' });
    const writer = setInterval(() => at.drop('b', { a: String(Math.random()) }), 20);
    expect(await at.run()).toMatchObject({ outcome: 'idle', waiting: [{ count: 1 }] });
    clearInterval(writer);
    expect((await at.run()).counts).toMatchObject({ records: 1 });
  });

  it('at once when it is marked as ready, or complete and moved into the drop', async () => {
    await at.close();
    // No run of the test would wait so long.
    at = await openUploads({ stableFor: '1h' });
    at.drop('marked', { 'manifest.xml': manifestOf('a', 'missing'), a: '1', '.ready': '' });
    at.drop('../elsewhere', { 'manifest.xml': manifestOf('b'), b: '2' });
    // Times of files are of the kernel's clock, which ticks every few ms.
    await setTimeout(50);
    renameSync(path.join(path.dirname(at.folders.drop), 'elsewhere'), path.join(at.folders.drop, 'moved'));
    expect((await at.run()).counts).toMatchObject({ batches: 2, records: 2, failed: 1 });
  });

  it('never without a manifest: status says so', async () => {
    await at.close();
    at = await openUploads({ wait: 0 });
    at.drop('b', { a: '1' });
    mkdirSync(path.join(at.folders.drop, 'empty'));
    expect(await lookNow()).toMatchObject({ work: false, waiting: [{ count: 2 }] });
    expect((await at.run()).outcome).toBe('idle');
    expect(await attentionNow()).toMatchObject({
      count: 2,
      latest: [{ text: expect.stringContaining('has no manifest') }, {}],
    });
    expect(at.files('drop')).toContain('b/a');
  });

  it('not when the operator stops the task; the rest is taken later', async () => {
    await at.close();
    at = await openUploads({ groupFiles: 1 });
    at.drop('b', { 'manifest.xml': manifestOf('a', 'b', 'c'), a: '1', b: '2', c: '3' });
    let asked = 0;
    const stopped = await at.run({ shouldStop: () => ++asked > 3 });
    expect(stopped).toMatchObject({
      outcome: 'stopped',
      counts: { records: 2 },
      waiting: [{ what: 'batches begun' }],
    });
    expect((await lookNow()).work).toBe(true);
    expect(await at.run()).toMatchObject({ outcome: 'done', counts: { batches: 1, files: 1, records: 1 } });
    expect(at.answer('done/b')).toMatchObject({ records: 3, failed: 0 });
  });

  it('not in a rehearsal, which tells', async () => {
    at.drop('b', { 'manifest.xml': manifestOf('a', '../b'), a: '1' });
    expect(await at.run({ tmp: true })).toMatchObject({
      counts: { batches: 1, files: 2, faulty: 1 },
      changed: false,
      note: 'a rehearsal: nothing was taken',
    });
    expect(await at.query('select from library.batch')).toEqual([]);
    expect(at.files('drop')).toEqual(['b/a', 'b/manifest.xml']);
  });

  it('waits for a drop whose disk is not mounted', async () => {
    await at.close();
    const disk = mkdtempSync(path.join(tmpdir(), 'regie-disk-'));
    at = await openUploads({ drop: path.join(disk, 'mounted/drop') });
    rmSync(disk, { recursive: true });
    expect(await lookNow()).toMatchObject({
      work: false,
      blockedBy: expect.stringContaining('mount its disk'),
    });
    expect(await at.run()).toMatchObject({
      outcome: 'waiting',
      note: expect.stringContaining('mount its disk'),
    });
  });
});

describe('the same batch once more', () => {
  const manifest = (id: string, ...files: string[]) =>
    `<batch id="${id}" user="anna" collection="photos">${files.map((each) => `<file path="${each}"/>`).join('')}</batch>`;

  it('makes nothing twice, and gets the same answer', async () => {
    at.drop('b', { 'manifest.xml': manifest('4711', 'a', 'b'), a: '1', b: '2' });
    await at.run();
    at.drop('again', { 'manifest.xml': manifest('4711', 'a', 'b'), a: '1', b: '2' });
    expect((await at.run()).counts).toEqual({ batches: 1, files: 0 });
    expect(await records()).toHaveLength(2);
    expect(await at.query('select from library.quarantine')).toEqual([]);
    const [first, second] = [at.answer('done/b'), at.answer('done/again')];
    expect(second.files).toEqual(first.files);
    expect(second.batch).toBe(first.batch);
  });

  it('with a file more, or another content, takes what is new', async () => {
    at.drop('b', { 'manifest.xml': manifest('4711', 'a', 'b'), a: '1', b: '2' });
    await at.run();
    at.drop('b', { 'manifest.xml': manifest('4711', 'c', 'b', 'a'), a: '1', b: 'two', c: '3' });
    expect((await at.run()).counts).toMatchObject({ files: 2, records: 2 });
    expect(at.answer('done/b~1')).toMatchObject({
      records: 3,
      files: [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
    });
    expect(await records()).toHaveLength(4);
  });

  it('is known by the id for which its folder is named', async () => {
    const name = '6f0a8f0e-3d3c-4b60-8a2a-5cf4b1f0f6aa';
    for (const _ of [1, 2]) {
      at.drop(name, { 'manifest.xml': manifestOf('a'), a: '1' });
      await at.run();
    }
    expect(at.answer(`done/${name}~1`)).toMatchObject({ batch: name, files: [{ record: '1' }] });
    expect(await records()).toHaveLength(1);
  });

  it('put back when it is mended, retries only what failed', async () => {
    at.drop('b', { 'manifest.xml': manifestOf('a', 'b'), a: '1', '.ready': '' });
    await at.run();
    const failed = path.join(at.folders.failed, 'b');
    writeFileSync(path.join(failed, 'b'), '2');
    renameSync(failed, path.join(at.folders.drop, 'b'));
    expect((await at.run()).counts).toEqual({ batches: 1, files: 1, records: 1, bytes: 1 });
    expect(at.answer('done/b')).toMatchObject({
      records: 2,
      failed: 0,
      files: [{ record: '1' }, { record: '2' }],
    });
    expect(await at.query('select state from regie.incident')).toMatchObject([{ state: 'resolved' }]);
    expect((await attentionNow()).count).toBe(0);
  });

  it('put back by `errors retry`, and failing again, is one letter', async () => {
    at.drop('b', { 'manifest.xml': manifestOf('a', 'b'), a: '1', '.ready': '' });
    await at.run();
    await retryErrors();
    expect((await lookNow()).work).toBe(true);
    expect((await at.run()).counts).toEqual({ batches: 1, files: 1, failed: 1 });
    expect(await at.query('select state, attempts, kept from regie.incident')).toEqual([
      {
        state: 'open',
        attempts: 2,
        kept: path.join(at.folders.failed, 'b'),
      },
    ]);
    rmSync(path.join(at.folders.failed, 'b'), { recursive: true });
    await retryErrors();
    await at.run();
    expect(await at.query('select state, reason from regie.incident')).toEqual([
      { state: 'open', reason: expect.stringContaining('there is no batch at') },
    ]);
  });

  it('as a copy of its answered folder, is another batch', async () => {
    at.drop('b', { 'manifest.xml': manifestOf('a'), a: '1' });
    await at.run();
    at.drop('b', {
      'manifest.xml': manifestOf('a'),
      a: '1',
      'answer.json': readFileSync(path.join(at.folders.done, 'b/answer.json')),
    });
    expect((await at.run()).counts).toMatchObject({ quarantined: 1 });
  });
});

describe('what is not kept', () => {
  beforeEach(async () => {
    await at.close();
    at = await openUploads({ keepDone: false });
  });

  it('goes when its original is safe; what failed, changed or was not named stays', async () => {
    at.drop('b', {
      'manifest.xml': manifestOf('sub/a', 'b', 'c'),
      'sub/a': '1',
      b: '2',
      other: 'x',
      '.ready': '',
    });
    await at.run();
    expect(at.files('failed')).toEqual(['b/.ready', 'b/answer.json', 'b/manifest.xml', 'b/other']);
    at.drop('d', { 'manifest.xml': manifestOf('a'), a: '3' });
    await at.run();
    expect(at.files('done')).toEqual(['d/answer.json', 'd/manifest.xml']);
  });

  it('is forgotten after a time, with what is left of its folder', async () => {
    at.drop('d', { 'manifest.xml': manifestOf('a'), a: '3' });
    at.drop('f', { 'manifest.xml': manifestOf('a', 'b'), a: '4', '.ready': '' });
    at.drop('o', { 'manifest.xml': manifestOf('a'), a: '5', other: '6' });
    await at.run();
    await at.query("update library.batch set closed_at = now() - interval '31 days'");
    await at.run();
    expect(await at.query('select name from library.batch')).toEqual([{ name: 'f' }]);
    expect(at.files('done')).toEqual(['o/answer.json', 'o/manifest.xml', 'o/other']);
    await at.query("update regie.incident set state = 'resolved', muted = true");
    await at.run();
    expect(await at.query('select name from library.batch')).toEqual([]);
    expect(at.files('failed')).not.toEqual([]);
  });
});

describe('a drop that others fill', () => {
  it('leads nowhere: links of files, folders, manifests and answers', async () => {
    const secret = path.join(at.root, 'secret.jpg');
    writeFileSync(secret, 'secret');
    at.drop('b', { 'manifest.xml': manifestOf('a', 'link.jpg', 'sub/secret.jpg'), a: '1', '.ready': '' });
    symlinkSync(secret, path.join(at.folders.drop, 'b/link.jpg'));
    symlinkSync(at.root, path.join(at.folders.drop, 'b/sub'));
    symlinkSync(secret, path.join(at.folders.drop, 'b/answer.json'));
    symlinkSync(secret, path.join(at.folders.drop, 'b/answer.json.part'));
    symlinkSync(at.root, path.join(at.folders.drop, 'linked'));
    expect((await at.run()).counts).toMatchObject({ batches: 1, records: 1, failed: 2 });
    expect(at.answer('failed/b').files.slice(1)).toMatchObject([
      { error: '"link.jpg" is a link; expected the file itself' },
      { error: '"sub" is a link; expected the file itself' },
    ]);
    expect(readFileSync(secret, 'utf8')).toBe('secret');

    at.drop('c', { a: '2', '.ready': '' });
    symlinkSync(path.join(at.folders.failed, 'b/manifest.xml'), path.join(at.folders.drop, 'c/manifest.xml'));
    await at.run();
    expect(at.answer('failed/c').error).toContain('it has no manifest');
  });

  it('never writes over what is in `done` or `failed`', async () => {
    for (const n of [1, 2, 3]) {
      at.drop('b', { 'manifest.xml': manifestOf('a'), a: String(n) });
      await at.run();
    }
    expect(
      ['b/a', 'b~1/a', 'b~2/a'].map((each) => readFileSync(path.join(at.folders.done, each), 'utf8')),
    ).toEqual(['1', '2', '3']);
  });

  it.skipIf(process.getuid?.() === 0)('says which folder it may not move', async () => {
    await at.close();
    at = await openUploads({ wait: 0 });
    at.drop('b', { 'manifest.xml': manifestOf('a'), a: '1' });
    chmodSync(path.join(at.folders.drop, 'b'), 0o555);
    expect((await lookNow()).work).toBe(false);
    expect(await attentionNow()).toMatchObject({
      latest: [{ text: expect.stringContaining('cannot be moved') }],
    });
    chmodSync(path.join(at.folders.drop, 'b'), 0o755);
  });

  it('takes first what came first, however old its files are', async () => {
    for (const [name, year] of [
      ['b', 2024],
      ['a', 2021],
      ['c', 2023],
    ] as const) {
      at.drop(name, { 'manifest.xml': manifestOf('x'), x: name });
      utimesSync(path.join(at.folders.drop, name, 'x'), year, new Date(Date.UTC(year, 1)));
      // Times of files are of the kernel's clock, which ticks every few ms.
      await setTimeout(50);
    }
    await at.run();
    const taken = await at.query<{ name: string }>('select name from library.batch order by closed_at');
    expect(taken.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
  });
});
