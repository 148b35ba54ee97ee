import { afterAll, beforeAll, expect, test } from 'vitest';
import { libraryInstallation, type LibraryInstallation } from '../../library/support/library-installation.ts';

let library: LibraryInstallation;

beforeAll(async () => {
  library = await libraryInstallation(`{ databoxes: {
    photos: {
      timezone: 'Indian/Reunion',
      collections: { Intake: { status: '1xxxx' } },
      fields: [{ name: 'Title', source: ['XMP-dc:Title', 'IPTC:Headline'] }],
      statusBits: { 4: { label: 'Online', on: 'published' } },
    } } }`);
});
afterAll(() => library.close());

const regie = (...args: string[]) => library.regie(...args);

test('databoxes shows what the configuration declares', async () => {
  const said = await regie('databoxes', '--json');
  expect(said.json()).toMatchObject([
    {
      name: 'photos',
      timezone: 'Indian/Reunion',
      collections: [{ name: 'Intake', records: 0, status: `${'0'.repeat(59)}10000` }],
      fields: [{ name: 'Title', sources: ['XMP-dc:Title', 'IPTC:Headline'], type: 'text', multi: false }],
      statusBits: [{ bit: 4, label: 'Online', on: 'published', off: null }],
      trashed: 0,
    },
  ]);
  expect((await regie('databoxes')).out).toMatch(/photos.*\n.*COLLECTION[^]*Intake +0[^]*Title[^]*Online/);
});

test('a collection, a field and a status bit are made in the only databox; a second time is refused', async () => {
  for (const args of [
    ['collection', 'Published'],
    ['field', 'Keywords', '--source', 'IPTC:Keywords', '--source', 'XMP-dc:Subject', '--multi'],
    ['status-bit', '5', 'Checked'],
  ]) {
    const made = await regie('create', ...args);
    expect([args[0], made.code, made.err]).toEqual([args[0], 0, '']);
    const again = await regie('create', ...args);
    expect([again.code, again.err]).toEqual([5, expect.stringMatching(/already/)]);
  }
  const [photos] = (await regie('databoxes', '--json')).json() as { fields: object[] }[];
  expect(photos!.fields).toContainEqual(
    expect.objectContaining({ name: 'Keywords', multi: true, sources: ['IPTC:Keywords', 'XMP-dc:Subject'] }),
  );
});

test.each([
  [['collection', 'a/b'], /expected a name/],
  [['collection', 'x', '--status', '1x2'], /expected a status mask/],
  [['field', 'x', '--type', 'colour'], /type "colour"|expected one of/i],
  [['status-bit', '3', 'x'], /expected 4 to 63/],
  [['status-bit', 'four', 'x'], /expected 4 to 63/],
  [['databox', 'x', '--timezone', 'Mars/Crater'], /Mars\/Crater/],
  [['collection', 'x', '--databox', 'photo'], /Did you mean photos\?/],
])('%j is wrong usage', async (args, words) => {
  const said = await regie('create', ...args);
  expect([said.code, said.err]).toEqual([2, expect.stringMatching(words)]);
});

test('with a second databox one has to be named', async () => {
  expect((await regie('create', 'databox', 'films')).code).toBe(0);
  const said = await regie('create', 'collection', 'x');
  expect([said.code, said.err]).toEqual([2, 'Which databox? Name one with --databox: photos, films.\n']);
  expect((await regie('create', 'collection', 'x', '-d', 'FILMS')).code).toBe(0);
});
