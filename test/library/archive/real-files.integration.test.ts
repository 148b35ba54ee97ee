import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { exiftoolPath } from 'exiftool-vendored';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArchiver, type Archiver } from './support.ts';

const folder = path.resolve('../shared/data/library');
const files = [
  'HelloWorld.pdf',
  'cestlafete.jpg',
  'extractfile.jpg',
  'iphone_pic.jpg',
  'p4logo.jpg',
  'rectb_logo.gif',
  'test007.ppt',
  'test009.TIFF',
  'test019.mp3',
];
const sidecar = 'extractfile.xml';

const embedded = [
  { name: 'Headline', source: ['IPTC:Headline', 'XMP-dc:Title', 'FlashPix:Title'] },
  { name: 'Credit', source: ['IPTC:Credit'] },
  { name: 'Latitude', source: ['GPS:GPSLatitude'], type: 'number' },
  { name: 'Position', source: ['GPS:GPSLatitude'] },
  {
    name: 'Taken',
    source: ['ExifIFD:DateTimeOriginal', 'PDF:CreateDate', 'FlashPix:CreateDate'],
    type: 'date',
  },
  { name: 'Width', source: ['ImageWidth'], type: 'number' },
  { name: 'Camera', source: ['EXIF:Model'] },
  { name: 'Company', source: ['FlashPix:Company'] },
  { name: 'Duration', source: ['Composite:Duration'] },
  { name: 'Producer', source: ['PDF:Producer'] },
  { name: 'Size', source: ['File:FileSize'], type: 'number' },
  { name: 'File', source: ['File:FileName'] },
];
/** Only the sidecar has these. */
const said = [{ name: 'Legende' }, { name: 'NumPhoto' }, { name: 'Genre' }, { name: 'Date', type: 'date' }];

interface Row {
  name: string;
  kind: string;
  mime: string;
  bytes: string;
  uuid: string;
  /** Text, number and date of each field. */
  values: Record<string, [string, number | null, string | null]>;
}

describe.skipIf(!existsSync(folder))('real files (../shared/data/library)', () => {
  let archiver: Archiver;
  const records = new Map<string, Row>();
  /** What ExifTool itself prints, by tag and file. */
  const printed = new Map<string, Map<string, string>>();

  beforeAll(async () => {
    archiver = await openArchiver({ databox: { fields: [...embedded, ...said] } });
    for (const name of [...files, sidecar])
      copyFileSync(path.join(folder, name), path.join(archiver.folders.hotfolder, name));
    const report = await archiver.run();
    expect(report.counts).toMatchObject({ archived: files.length, sidecars: 1, unknownFields: 10 });
    const rows = await archiver.query<Row>(
      `select r.name, kind, mime, bytes, uuid,
         jsonb_object_agg(f.name, jsonb_build_array(v.text, v.number, v.date)) as values
       from library.record r join library.value v on v.record_id = r.id join library.field f on f.id = v.field_id
       group by r.id`,
    );
    for (const row of rows) records.set(row.name, row);
    const exiftool = await exiftoolPath();
    const tags = embedded.flatMap(({ source, type }) =>
      source.map((tag) => (type === 'number' ? `${tag}#` : tag)),
    );
    for (const tag of new Set([...tags, 'MIMEType'])) {
      const all = execFileSync(exiftool, ['-q', '-q', '-json', `-${tag}`, ...files], {
        cwd: folder,
        encoding: 'utf8',
      });
      const found = (JSON.parse(all) as Record<string, unknown>[]).map(
        ({ SourceFile, ...rest }): [string, string] => [
          SourceFile as string,
          String(Object.values(rest)[0] ?? ''),
        ],
      );
      printed.set(tag, new Map(found));
    }
  }, 120_000);
  afterAll(() => archiver.close());

  it.each(files)('%s has the fields that ExifTool itself finds', (name) => {
    const { values, mime, bytes } = records.get(name)!;
    expect(mime).toBe(printed.get('MIMEType')!.get(name));
    expect(Number(bytes)).toBe(statSync(path.join(folder, name)).size);
    for (const { name: field, source, type } of embedded) {
      if (name === 'extractfile.jpg' && field === 'Headline') continue;
      const own = source
        .map((tag) => printed.get(type === 'number' ? `${tag}#` : tag)!.get(name))
        .find(Boolean);
      expect([field, values[field]?.[0]]).toEqual([field, own]);
      if (type === 'number' && own !== undefined) expect(values[field]![1]).toBeCloseTo(Number(own), 10);
    }
  });

  it('lays the sidecar over what is embedded', () => {
    const { values } = records.get('extractfile.jpg')!;
    expect(values).toMatchObject({
      Headline: ['TEST ALCHEMY', null, null],
      Credit: ['Christophe Russeil/FTV', null, null],
      Legende: ['TEST ALCHEMY', null, null],
      NumPhoto: ['00000', null, null],
      Date: ['2000/01/01 00:00:00', null, '2000-01-01T00:00:00'],
    });
    expect(records.get('iphone_pic.jpg')!.values).toMatchObject({
      Latitude: [expect.stringMatching(/^48\.874/) as string, expect.closeTo(48.874_166) as number, null],
      Taken: ['2010:01:23 21:59:20', null, '2010-01-23T21:59:20'],
    });
  });

  it('finds what sort of thing each is, and the identity that it carries', () => {
    expect(files.map((name) => records.get(name)!.kind)).toEqual([
      'document',
      'image',
      'image',
      'image',
      'image',
      'image',
      'document',
      'image',
      'audio',
    ]);
    expect(records.get('extractfile.jpg')!.uuid).toBe('0218bc43-8303-4982-9f16-34dc55d2236c');
    expect(records.get('test009.TIFF')!.uuid).toBe('7f0dde66-d67d-4df3-846c-ae10aea3da39');
  });

  it('the same files again, under other names, are in quarantine', async () => {
    for (const name of files)
      copyFileSync(path.join(folder, name), path.join(archiver.folders.hotfolder, `again-${name}`));
    expect((await archiver.run()).counts).toMatchObject({ files: files.length, quarantined: files.length });
  });
});
