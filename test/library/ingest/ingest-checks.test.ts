import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksSchema, failedChecks } from '../../../src/library/ingest/ingest-checks.ts';
import { kindOf, readFacts, type Facts } from '../../../src/library/metadata/facts.ts';
import { Tags } from '../../../src/library/metadata/tags.ts';

const photo: Facts = { mime: 'image/jpeg', kind: 'image', width: 600, height: 800, colour: 'rgb' };
const check = (given: object, name = 'a.jpg', facts = photo) =>
  failedChecks(name, facts, checksSchema.parse(given)).map(({ check: what, text }) => `${what}: ${text}`);

describe('checks', () => {
  it.each([
    [{}, []],
    [{ extensions: ['JPG', 'tif'] }, []],
    [{ extensions: ['tif', 'png'] }, ['extension: its extension is jpg; expected tif, png']],
    [{ mimes: ['image/*'] }, []],
    [{ mimes: ['image/tiff', 'video/*'] }, ['mime: its content is image/jpeg; expected image/tiff, video/*']],
    [{ name: '^[a-z]\\.' }, []],
    [{ name: '/^\\d+/' }, ['name: its name does not match ^\\d+']],
    [{ dimensions: { minWidth: 600, maxHeight: 800 } }, []],
    [{ dimensions: { minWidth: 601 } }, ['dimensions: it is 600 pixels wide; expected at least 601']],
    [
      { dimensions: { minHeight: 10, maxHeight: 799 } },
      ['dimensions: it is 800 pixels high; expected 10 to 799'],
    ],
    [{ colours: ['rgb', 'gray'] }, []],
    [{ colours: ['cmyk'] }, ['colour: its colours are rgb; expected cmyk']],
  ])('%j: %j', (given, expected) => {
    expect(check(given)).toEqual(expected);
  });

  it('what is not known fails, where it is asked for', () => {
    const unknown: Facts = { mime: null, kind: 'unknown' };
    expect(
      check({ mimes: ['image/*'], dimensions: { minWidth: 1 }, colours: ['rgb'] }, 'README', unknown),
    ).toEqual(['mime: its content is of no known type; expected image/*']);
    const broken: Facts = { mime: 'image/png', kind: 'image' };
    expect(check({ dimensions: { minWidth: 1 }, colours: ['rgb'] }, 'a.png', broken)).toEqual([
      'dimensions: its dimensions cannot be found out',
      'colour: its colours are of no known space; expected rgb',
    ]);
    expect(check({ extensions: ['jpg'] }, 'README')).toEqual([
      'extension: its extension is none; expected jpg',
    ]);
  });

  it('an expression that takes for ever fails the name that it takes for ever for', () => {
    expect(check({ name: '^(a+)+$' }, `${'a'.repeat(60)}!`)).toEqual([
      expect.stringContaining('was not found out: it gave no answer within 200 ms') as string,
    ]);
  });
});

describe('facts', () => {
  const facts = (tags: Record<string, string>) =>
    readFacts(new Tags(Object.fromEntries(Object.entries(tags).map(([tag, val]) => [tag, { val }]))));

  it.each([
    ['image/jpeg', 'image'],
    ['image/vnd.adobe.photoshop', 'image'],
    ['video/mp4', 'video'],
    ['application/mxf', 'video'],
    ['audio/mpeg', 'audio'],
    ['application/pdf', 'document'],
    ['application/msword', 'document'],
    ['application/vnd.ms-powerpoint', 'document'],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'document'],
    ['application/vnd.oasis.opendocument.text', 'document'],
    ['text/plain', 'document'],
    ['application/postscript', 'document'],
    ['application/zip', 'unknown'],
    ['application/vnd.ms-fontobject', 'unknown'],
    [null, 'unknown'],
  ] as const)('%s is of kind %s', (mime, kind) => {
    expect(kindOf(mime)).toBe(kind);
  });

  it.each([
    ['0218BC43-8303-4982-9f16-34dc55d2236c', '0218bc43-8303-4982-9f16-34dc55d2236c'],
    ['xmp.did:0218bc43-8303-4982-9f16-34dc55d2236c', '0218bc43-8303-4982-9f16-34dc55d2236c'],
    ['uuid:0218bc43-8303-4982-9f16-34dc55d2236c', '0218bc43-8303-4982-9f16-34dc55d2236c'],
    ['00000000-0000-0000-0000-000000000000', undefined],
    ['A16LSIA00VM A16LLIC01MA', undefined],
    ['F8702BF2A1B2C3D4E5F60718293A4B5C', undefined],
    ["0218bc43-8303-4982-9f16-34dc55d2236c'; drop table", undefined],
  ])('%j as an identity gives %s', (said, uuid) => {
    expect(facts({ 'XMP:XMP-exif:ImageUniqueID': said }).uuid).toBe(uuid);
  });

  it('of several identities the one that a library wrote counts', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => `0218bc43-8303-4982-9f16-34dc55d2236${letter}`) as [
      string,
      string,
      string,
    ];
    const all = { 'XMP:XMP-xmpMM:DocumentID': `xmp.did:${c}`, 'IPTC:UniqueDocumentID': b };
    expect(facts({ ...all, 'XMP:XMP-exif:ImageUniqueID': a }).uuid).toBe(a);
    expect(facts({ ...all, 'XMP:XMP-exif:ImageUniqueID': 'none' }).uuid).toBe(b);
  });

  it.each([
    [{ 'ICC_Profile:ICC-header:ColorSpaceData': 'CMYK', 'File:ColorComponents': '3' }, 'cmyk'],
    [{ 'File:ColorComponents': '1' }, 'gray'],
    [{ 'File:ColorComponents': '3' }, 'rgb'],
    [{ 'File:ColorComponents': '4' }, 'cmyk'],
    [{ 'EXIF:IFD0:PhotometricInterpretation': 'YCbCr' }, 'rgb'],
    [{ 'EXIF:IFD0:PhotometricInterpretation': 'BlackIsZero' }, 'gray'],
    [{ 'PNG:ColorType': 'Grayscale with Alpha' }, 'gray'],
    [{ 'PNG:ColorType': 'Palette' }, 'indexed'],
    [{ 'Photoshop:ColorMode': 'Lab Color' }, 'lab'],
    [{ 'Photoshop:ColorMode': 'Bitmap' }, 'bitmap'],
    [{}, undefined],
  ])('%j are colours of %s', (tags, colour) => {
    expect(facts(tags as Record<string, string>).colour).toBe(colour);
  });

  it('whatever ExifTool says, facts are of their types', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            'File:MIMEType',
            'Composite:ImageSize',
            'XMP:XMP-exif:ImageUniqueID',
            'PNG:ColorType',
          ),
          fc.string(),
        ),
        (tags) => {
          const { width, height, uuid } = facts(tags);
          if (width !== undefined) expect(width > 0 && height! > 0).toBe(true);
          if (uuid !== undefined) expect(uuid).toMatch(/^[\da-f-]{36}$/);
        },
      ),
    );
  });
});
