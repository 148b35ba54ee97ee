import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MetadataReader } from '../../../src/library/metadata/exiftool.ts';
import { ingest } from '../../../src/library/ingest/ingest.ts';
import { needCollection, needDatabox } from '../../../src/library/model/databox.ts';
import { OriginalStore } from '../../../src/library/originals/store.ts';
import { libraryInstallation, type LibraryInstallation } from '../../library/support/library-installation.ts';

let library: LibraryInstallation;
let store: OriginalStore;
let reader: MetadataReader;

beforeAll(async () => {
  library = await libraryInstallation(
    `{ storage: 'storage', databoxes: {
    photos: {
      collections: { Intake: {}, Published: {} },
      fields: [{ name: 'Title' }, { name: 'Keywords', multi: true }, { name: 'Shown', readOnly: true }],
      statusBits: { 4: { label: 'Online', on: 'published', off: 'hidden' } },
    } } }`,
    `[{ name: 'archive', kind: 'archive', settings: { databox: 'photos', collection: 'Intake' } }]`,
  );
  expect((await regie('databoxes')).code).toBe(0);
  store = new OriginalStore(path.join(library.root, 'storage'));
  reader = new MetadataReader();
});
afterAll(async () => {
  await reader.close();
  await library.close();
});

const regie = (...args: string[]) => library.regie(...args);

/** Takes files in, as the archive task does; gives the ids of records, or of quarantine. */
async function take(...contents: string[]): Promise<string[]> {
  const databox = await needDatabox(library.db, 'photos');
  const collection = needCollection(databox, 'Intake');
  const arrivals = contents.map((content, i) => {
    const file = path.join(library.root, `${content} ${i}.txt`);
    writeFileSync(file, content);
    return { file, name: `${content}.txt`, collection };
  });
  const dispositions = await ingest(library.db, { databox, store, reader }, arrivals, { task: 'archive' });
  return dispositions.map((disposition) => {
    if (disposition.what === 'failed') throw disposition.error;
    return disposition.what === 'record' ? disposition.record : disposition.quarantine;
  });
}

test('records are moved, marked and given values; record tells all of it', async () => {
  const [a, b] = (await take('lake', 'sea')) as [string, string];
  expect((await regie('status', 'set', 'x1xxxx', a, b)).out).toBe('2 records got the status x1xxxx.\n');
  expect((await regie('status', 'set', 'x1xxxx', a)).out).toBe(
    '0 records got the status x1xxxx. 1 other was so already, or in the trash.\n',
  );
  expect((await regie('move', 'published', a)).out).toBe('1 record moved to published.\n');
  expect((await regie('set', 'Keywords=water; still;water', a)).out).toBe('1 record changed.\n');
  const shown = (await regie('record', a, '--json')).json() as Record<string, unknown>;
  expect(shown).toMatchObject({
    id: a,
    collection: 'Published',
    status: `${'0'.repeat(59)}10000`,
    values: [{ field: 'Keywords', texts: ['water', 'still'] }],
    file: store.pathOf(shown['sha256'] as string),
  });
  expect((shown['events'] as { what: string }[]).map(({ what }) => what)).toEqual([
    'created',
    'status',
    'moved',
    'fields',
  ]);
  const words = (await regie('record', a)).out;
  expect(words).toMatch(/status +10000\n +4 Online: published/);
  expect(words).toMatch(/moved +\S+@\S+ +collection: Intake → Published/);
});

test.each([
  [['move', 'Publised', '1'], /Did you mean Published\?/],
  [['set', 'Titel=x', '1'], /Did you mean Title\?/],
  [['set', 'Shown=x', '1'], /set by tasks only/],
  [['set', 'Title', '1'], /expected <field>=<value>/],
  [['status', 'set', '1xxxx0', '1'], /belong to the system: end the mask with xxxx/],
  [['status', 'set', '1z', '1'], /expected a status mask/],
  [['record', '999999'], /There is no record 999999/],
  [['move', 'Published', '1', '999999'], /There is no record 999999/],
  [['trash', 'one'], /Expected an id/],
  [['delete', '1'], /say --yes/],
  [['errors', 'retry', '999'], /There is no error 999/],
  [['quarantine', 'accept', '999'], /There is no quarantine 999/],
])('%j is wrong usage, and nothing is done', async (args, words) => {
  await take(`for ${args.join(' ')}`);
  const before = await library.db.query('select count(*) from library.event');
  const said = await regie(...args);
  expect([said.code, said.err]).toEqual([2, expect.stringMatching(words)]);
  expect((await library.db.query('select count(*) from library.event')).rows).toEqual(before.rows);
});

test('what is in the trash comes back; what is deleted leaves its events, and its file goes', async () => {
  const [id] = (await take('trash')) as [string];
  const { file } = (await regie('record', id, '--json')).json() as { file: string };
  expect((await regie('trash', id)).out).toBe('1 record put into the trash.\n');
  expect((await regie('record', id)).out).toMatch(/in the trash since/);
  expect((await regie('restore', id)).out).toBe('1 record taken out of the trash.\n');
  expect((await regie('verify')).code).toBe(0);
  expect((await regie('delete', id, '--yes', '--json')).json()).toEqual({ deleted: 1, files: 1 });
  expect(() => rmSync(file)).toThrow(/ENOENT/);
  const past = (await regie('record', id, '--json')).json() as {
    deleted: boolean;
    events: { what: string }[];
  };
  expect([past.deleted, past.events.map(({ what }) => what)]).toEqual([
    true,
    ['created', 'trashed', 'restored', 'deleted'],
  ]);
});

test('quarantine is listed and decided, each once', async () => {
  const [record, first, second] = (await take('twin', 'twin', 'twin')) as [string, string, string];
  expect((await regie('quarantine')).out).toMatch(new RegExp(`twin\\.txt[^]*record ${record}`));
  const accepted = await regie('quarantine', 'accept', first, '--collection', 'Published', '--json');
  const [{ record: made }] = accepted.json() as [{ record: string }];
  expect((await regie('record', made, '--json')).json()).toMatchObject({ collection: 'Published' });
  const again = await regie('quarantine', 'accept', first);
  expect([again.code, again.err]).toEqual([5, expect.stringMatching(`as record ${made}`)]);
  expect((await regie('quarantine', 'reject', second, '--note', 'a copy')).out).toBe('1 file rejected.\n');
  expect((await regie('quarantine')).out).toBe('Nothing is in quarantine.\n');
  expect((await regie('quarantine', '--all')).out).toMatch(/rejected by \S+@\S+ \(a copy\)/);
});

test('errors are listed, tried again and dismissed', async () => {
  const { rows } = await library.db.query<{ id: string }>(
    `insert into regie.incident (task, kind, subject, what, reason, state)
     values ('archive', 'archive', 'a.txt', 'unmatched', 'no rule takes it', 'open'),
            ('archive', 'archive', 'b.txt', 'unreadable', 'EACCES', 'open') returning id`,
  );
  const [a, b] = rows.map(({ id }) => id) as [string, string];
  expect((await regie('errors')).out).toMatch(/unmatched +a\.txt +1 +waits for you\n +no rule takes it/);
  expect((await regie('errors', 'retry', a)).out).toMatch(
    /^1 error will be tried again by the next run of archive\./,
  );
  expect((await regie('errors', 'dismiss', b, '--note', 'known')).out).toBe('1 error dismissed.\n');
  expect((await regie('errors', 'dismiss', b)).code).toBe(5);
  expect((await regie('errors', '--json')).json()).toMatchObject([{ id: a, state: 'retrying' }]);
  expect((await regie('errors', '--all')).out).toMatch(/resolved by \S+@\S+ \(known\)/);
});

test('names with control characters stay on their lines, and do nothing to a terminal', async () => {
  const [record] = await take('line\nbreak \u001B[31mred');
  const { rows } = await library.db.query<{ id: string }>(
    `insert into regie.incident (task, kind, subject, what, reason, kept, state)
     values ('archive', 'archive', e'two\nlines', 'unmatched', e'no rule takes\ntwo lines', e'/kept/two\nlines', 'open') returning id`,
  );
  const errors = (await regie('errors')).out;
  expect(errors).toMatch(
    /two\\nlines +1 +waits for you\n +no rule takes\\ntwo lines\n +kept as \/kept\/two\\nlines\n/,
  );
  const name = String.raw`line\nbreak \x1b[31mred.txt`;
  expect((await regie('records')).out).toContain(name);
  expect((await regie('record', record!)).out).toContain(`Record ${record}  ${name}\n`);
  expect((await regie('records', '--json')).json()).toContainEqual(
    expect.objectContaining({ name: 'line\nbreak \u001B[31mred.txt' }),
  );
  await regie('errors', 'dismiss', rows[0]!.id);
  await regie('delete', '--yes', record!);
});

test('verify finds what is missing, damaged and left over', async () => {
  const [gone, cut, other] = (await take('gone', 'cut', 'changed')) as [string, string, string];
  const fileOf = async (id: string) =>
    ((await regie('record', id, '--json')).json() as { file: string }).file;
  const files = [await fileOf(gone), await fileOf(cut), await fileOf(other)] as const;
  const leftover = store.pathOf('ab'.repeat(32));
  mkdirSync(path.dirname(leftover), { recursive: true });
  writeFileSync(leftover, '');
  for (const file of files) rmSync(file);
  writeFileSync(files[1], 'cu');
  writeFileSync(files[2], 'CHANGED');
  const size = await regie('verify', '--json');
  expect(size.code).toBe(1);
  expect(size.json()).toMatchObject({
    missing: [{ file: files[0], records: [gone] }],
    damaged: [{ file: files[1], text: 'has 2 bytes; expected 3' }],
    leftover: [leftover],
  });
  const hashed = (await regie('verify', '--hash', '--json')).json() as { damaged: { file: string }[] };
  expect(hashed.damaged.map(({ file }) => file).sort()).toEqual([files[1], files[2]].sort());
  expect((await regie('verify')).out).toMatch(/put them back from a backup/);
});

test('records are found, as a table, JSON and CSV', async () => {
  const [a, b] = (await take('found one', 'found two')) as [string, string];
  await regie('set', 'Title=Looked for', a, b);
  await regie('set', 'Keywords=x; "y"', b);
  await regie('status', 'set', 'x1xxxx', b);
  const asked = ['records', '-w', 'Title=Looked for', '-f', 'Keywords'];
  expect((await regie(...asked, '--json')).json()).toMatchObject([
    { id: b, name: 'found two.txt', fields: { Keywords: ['x', '"y"'] } },
    { id: a, name: 'found one.txt', fields: { Keywords: [] } },
  ]);
  expect((await regie(...asked, '-s', '1xxxx')).out).toMatch(
    new RegExp(`^ID .*KEYWORDS\\n${b} .* 10000 .*found two\\.txt +x; "y"\\n$`),
  );
  const csv = (await regie(...asked, '--csv')).out.split('\n');
  expect(csv[0]).toBe('id,collection,type,kind,mime,bytes,status,created,name,Keywords');
  expect(csv[1]).toMatch(/^\d+,Intake,.*,found two\.txt,"x; ""y"""$/);
  const one = await regie(...asked, '--limit', '1');
  expect([one.out.trim().split('\n').length, one.err]).toEqual([
    2,
    'The latest 1 of 2; more with --limit, all with --csv.\n',
  ]);
  expect((await regie('records', '--trash')).out).toBe('No record.\n');
});

test.each([
  [['-w', 'Titel=x'], /Did you mean Title\?/],
  [['-c', 'Intakes'], /Did you mean Intake\?/],
  [['-f', 'Nothing'], /no field "Nothing"/],
  [['-s', '2'], /expected a status mask/],
  [['--from', 'yesterday'], /expected a date/],
  [['--kind', 'picture'], /Allowed choices/],
])('records %j is wrong usage', async (args, words) => {
  const said = await regie('records', ...args);
  expect([said.code, said.err]).toEqual([2, expect.stringMatching(words)]);
});
