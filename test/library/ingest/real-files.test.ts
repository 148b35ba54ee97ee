import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { exiftoolPath } from 'exiftool-vendored';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest } from '../../../src/library/ingest/ingest.ts';
import { readSidecar } from '../../../src/library/ingest/sidecar.ts';
import { openLibrary, type TestLibrary } from './support.ts';

const exiftool = await exiftoolPath();
const folder = path.resolve('../shared/data/library');
const files = [
  'extractfile.jpg',
  'iphone_pic.jpg',
  'cestlafete.jpg',
  'p4logo.jpg',
  'rectb_logo.gif',
  'test009.TIFF',
  'HelloWorld.pdf',
  'test019.mp3',
  'test007.ppt',
];

const fields = [
  { name: 'Headline', source: ['IPTC:Headline', 'XMP-dc:Title', 'FlashPix:Title'] },
  { name: 'Credit', source: 'IPTC:Credit' },
  { name: 'Latitude', source: 'GPS:GPSLatitude', type: 'number' },
  { name: 'Position', source: 'GPS:GPSLatitude' },
  {
    name: 'Taken',
    source: ['ExifIFD:DateTimeOriginal', 'PDF:CreateDate', 'FlashPix:CreateDate'],
    type: 'date',
  },
  { name: 'Width', source: 'ImageWidth', type: 'number' },
  { name: 'Camera', source: 'EXIF:Model' },
  { name: 'Company', source: 'FlashPix:Company' },
  { name: 'Duration', source: 'Composite:Duration' },
  { name: 'Producer', source: 'PDF:Producer' },
  { name: 'File', source: 'File:FileName' },
  { name: 'Legende' },
  { name: 'NumPhoto' },
  { name: 'Date', type: 'date' },
];

interface Row {
  name: string;
  kind: string;
  mime: string;
  bytes: string;
  uuid: string;
  values: Record<string, string>;
}

describe.skipIf(!existsSync(folder))('real files (../shared/data/library)', () => {
  let library: TestLibrary;
  const records = new Map<string, Row>();

  beforeAll(async () => {
    library = await openLibrary({ fields });
    const fates = await ingest(
      library.db,
      library,
      files.map((name) => ({
        file: path.join(folder, name),
        name,
        collection: library.collection,
        ...(name === 'extractfile.jpg'
          ? {
              description: readSidecar(readFileSync(path.join(folder, 'extractfile.xml')), 'extractfile.xml'),
            }
          : {}),
      })),
      { task: 'archive' },
    );
    expect(fates.map(({ what }) => what)).toEqual(files.map(() => 'record'));
    const rows = await library.query<Row>(
      `select r.name, kind, mime, bytes, uuid, coalesce(jsonb_object_agg(f.name, v.text) filter (where f.id is not null), '{}') as values
       from library.record r left join library.value v on v.record_id = r.id left join library.field f on f.id = v.field_id
       group by r.id`,
    );
    for (const row of rows) records.set(row.name, row);
  });
  afterAll(() => library.close());

  it.each(files)('%s has the fields that ExifTool itself finds', (name) => {
    const { values, mime, bytes } = records.get(name)!;
    const ask = (tag: string): unknown => {
      const own = execFileSync(exiftool, ['-json', '-s3', `-${tag}`, path.join(folder, name)], {
        encoding: 'utf8',
      });
      const [found] = JSON.parse(own) as Record<string, unknown>[];
      return Object.entries(found!).find(([key]) => key !== 'SourceFile')?.[1];
    };
    expect(mime).toBe(ask('MIMEType'));
    expect(Number(bytes)).toBe(readFileSync(path.join(folder, name)).length);
    for (const field of fields) {
      const sources = [field.source ?? []].flat();
      const said =
        name === 'extractfile.jpg' && ['Headline', 'Legende', 'NumPhoto', 'Date'].includes(field.name);
      if (said) continue;
      const found = sources
        .map((source) => ask(field.type === 'number' ? `${source}#` : source))
        .find((value) => value !== undefined && value !== '');
      expect([field.name, values[field.name]]).toEqual([
        field.name,
        found === undefined ? undefined : String(found),
      ]);
    }
  });

  it('lays the sidecar over what is embedded', () => {
    expect(records.get('extractfile.jpg')!.values).toMatchObject({
      Headline: 'TEST ALCHEMY',
      Credit: 'Christophe Russeil/FTV',
      Legende: 'TEST ALCHEMY',
      NumPhoto: '00000',
      Date: '2000/01/01 00:00:00',
    });
  });

  it('finds what sort of thing each is, and the identity that it carries', () => {
    expect(files.map((name) => [name, records.get(name)!.kind])).toEqual([
      ['extractfile.jpg', 'image'],
      ['iphone_pic.jpg', 'image'],
      ['cestlafete.jpg', 'image'],
      ['p4logo.jpg', 'image'],
      ['rectb_logo.gif', 'image'],
      ['test009.TIFF', 'image'],
      ['HelloWorld.pdf', 'document'],
      ['test019.mp3', 'audio'],
      ['test007.ppt', 'document'],
    ]);
    expect(records.get('extractfile.jpg')!.uuid).toBe('0218bc43-8303-4982-9f16-34dc55d2236c');
    expect(records.get('test009.TIFF')!.uuid).toBe('7f0dde66-d67d-4df3-846c-ae10aea3da39');
  });
});
