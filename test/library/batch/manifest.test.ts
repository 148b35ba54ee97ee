import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManifestFault, type Manifest } from '../../../src/library/batch/manifest/manifest.ts';
import { readManifest } from '../../../src/library/batch/manifest/read-manifest.ts';

const read = (text: string | Uint8Array, most = 100): Manifest =>
  readManifest(typeof text === 'string' ? Buffer.from(text) : text, 'manifest.xml', most);
const json = (content: unknown) => read(JSON.stringify(content));
const faultOf = (text: string | Uint8Array, most?: number): string => {
  try {
    read(text, most);
  } catch (error) {
    expect(error).toBeInstanceOf(ManifestFault);
    return (error as Error).message;
  }
  return 'none';
};
/** The fault of the only file of a manifest. */
const fileFault = (file: unknown) => json({ files: [file] }).entries[0]!.fault;

describe('a manifest', () => {
  it('says the same in XML and in JSON', () => {
    const xml = read(`<?xml version="1.0" encoding="UTF-8"?>
      <batch id="4711" user="anna@agency" collection="photos">
        <status>x1xxxx</status>
        <file path="a/b.jpg" name="Plage.jpg" sha256="${'AB'.repeat(32)}" collection="archive">
          <description><Title>At the sea &amp; more</Title><Keywords>a</Keywords><Keywords>b</Keywords></description>
          <status> 10xxxxx </status>
        </file>
        <file path="c.jpg"/>
      </batch>`);
    expect(xml).toEqual({
      id: '4711',
      user: 'anna@agency',
      collection: 'photos',
      entries: [
        {
          index: 0,
          path: 'a/b.jpg',
          name: 'Plage.jpg',
          sha256: 'ab'.repeat(32),
          collection: 'archive',
          description: {
            values: new Map([
              ['Title', ['At the sea & more']],
              ['Keywords', ['a', 'b']],
            ]),
            status: { care: 0b1100000n, ones: 0b1000000n },
          },
        },
        {
          index: 1,
          path: 'c.jpg',
          name: 'c.jpg',
          description: { values: new Map(), status: { care: 0b10000n, ones: 0b10000n } },
        },
      ],
    });
    expect(
      json({
        id: '4711',
        user: 'anna@agency',
        collection: 'photos',
        status: 'x1xxxx',
        files: [
          {
            path: 'a/b.jpg',
            name: 'Plage.jpg',
            sha256: 'AB'.repeat(32),
            collection: 'archive',
            status: '10xxxxx',
            fields: { Title: 'At the sea & more', Keywords: ['a', 'b'] },
          },
          { path: 'c.jpg' },
        ],
      }),
    ).toEqual(xml);
  });

  it('cannot set the bits of the system', () => {
    const [entry] = json({ files: [{ path: 'a', status: '11111' }] }).entries;
    expect(entry!.description.status).toEqual({ care: 0b10000n, ones: 0b10000n });
  });

  it.each([
    ['', 'Root element is missing'],
    ['<batch', 'line 1, column 7: Unclosed start tag'],
    ['<records/>', 'the root element is <records>; expected <batch>'],
    ['<batch user="a"/>', 'files: expected at least one file'],
    ['<batch user="a" colection="x"><file path="a"/></batch>', '"colection"'],
    [
      '<batch><file path="a"><field/></file></batch>',
      '<field> in <file>; expected <description> or <status>',
    ],
    ['<batch><status>1</status><status>1</status><file path="a"/></batch>', 'a second <status>'],
    ['<batch user="a&#9;b"><file path="a"/></batch>', 'user: expected text without control characters'],
    ['<batch user=" anna"><file path="a"/></batch>', 'user: expected a name without space around it'],
    ['{"files": [}', 'it is no JSON'],
    ['[]', 'expected object'],
    ['{"files": {}}', 'files: '],
  ])('that makes no sense is refused with its fault (%#)', (text, fault) => {
    expect(faultOf(text)).toContain(fault);
  });

  it('is refused when it asks for entities, a DTD, or too much', () => {
    const entities = `<!DOCTYPE batch [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><batch user="&b;"><file path="a"/></batch>`;
    expect(faultOf(entities)).toContain("Named entity isn't defined: &b;");
    expect(faultOf('<!DOCTYPE batch><batch><file path="a"/></batch>')).toContain(
      'it has a DOCTYPE; expected none',
    );
    const external = `<!DOCTYPE batch SYSTEM "file:///etc/passwd"><batch><file path="a"/></batch>`;
    expect(faultOf(external)).toContain('DOCTYPE');
    expect(faultOf('<batch user="&x;"><file path="a"/></batch>')).not.toBe('none');
    expect(faultOf(`<batch>${'<file path="a"/>'.repeat(101)}</batch>`)).toBe(
      'manifest.xml: it names 101 files; expected at most 100 in one batch',
    );
    expect(faultOf(Buffer.alloc(2 ** 20 + 1, ' '))).toContain('expected at most 1048576');
    expect(faultOf('['.repeat(500_000))).toContain('it is no JSON');
    expect(faultOf('<batch>'.repeat(50_000))).not.toBe('none');
    expect(faultOf(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))).toContain('it is not in UTF-8');
  });

  it.each([
    '../a',
    'a/../../b',
    '/etc/passwd',
    'C:\\a.jpg',
    'c:a.jpg',
    'a\\b.jpg',
    './a',
    'a//b',
    'a/',
    '',
    '.hidden',
    'a/.git/b',
    'a\0b',
    'a\nb',
    'a'.repeat(256),
    'é'.repeat(128),
    `${'a'.repeat(200)}/`.repeat(30),
    '\ud800',
  ])('takes no file at an unsafe path (%#), but the others', (where) => {
    const { entries } = json({ files: [{ path: where }, { path: 'good' }] });
    expect(entries[0]!.fault).toMatch(/^path: expected /);
    expect(entries[1]!.fault).toBeUndefined();
  });

  it.each([
    'a'.repeat(200),
    'é'.repeat(127),
    'Plage d’été (1).jpg',
    '文件.jpg',
    'a b%2F.jpg',
    'o\'neil & "co".jpg',
  ])('takes a name that is only unusual (%#)', (name) => {
    expect(json({ files: [{ path: 'a', name }] }).entries[0]).toMatchObject({ name });
    expect(fileFault({ path: name })).toBeUndefined();
  });

  it.each([
    [{ path: 'a', name: 'x/y' }, 'name: expected the name of a file'],
    [{ path: 'a', name: 'x\u001b[2Jy' }, 'name: expected text without control characters'],
    [{ path: 'a', name: 'é'.repeat(128) }, 'name: expected a name of at most 255 bytes; it has 256'],
    [{ path: 'a', sha256: 'ab' }, 'sha256: expected a SHA-256'],
    [{ path: 'a', status: '2' }, 'status: expected a status mask'],
    [{ path: 'a', status: '1'.repeat(65) }, 'status: expected a status mask'],
    [{ path: 'a', fields: { Title: { deep: 1 } } }, 'fields.Title: '],
    [{ path: 'a', fields: { 'a\0b': 'x' } }, 'fields'],
    [{ path: 'a', colour: 1 }, '"colour"'],
    [{ path: 'answer.json' }, 'answer.json is no file to take'],
    ['a', 'expected object'],
    [null, 'expected object'],
  ])('tells what is wrong with a file (%#)', (file, fault) => {
    expect(fileFault(file)).toContain(fault);
  });

  it('holds nothing that PostgreSQL or a terminal could not', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    const files = fc.array(
      fc.record(
        {
          path: text,
          name: text,
          collection: text,
          status: text,
          fields: fc.dictionary(text, fc.oneof(text, fc.array(text, { maxLength: 3 })), { maxKeys: 3 }),
        },
        { requiredKeys: [] },
      ),
      { minLength: 1, maxLength: 5 },
    );
    const unsafe = /[\p{Cc}\p{Surrogate}]/u;
    fc.assert(
      fc.property(files, (all) => {
        for (const { path: where, name, description, fault } of json({ files: all }).entries) {
          expect(`${where ?? ''}${name}${fault ?? ''}`).not.toMatch(unsafe);
          expect([...description.values.keys()].join('')).not.toMatch(unsafe);
          expect([...description.values.values()].flat().join('')).not.toMatch(/\p{Surrogate}/u);
          if (where === null) continue;
          expect(where).not.toMatch(/(?:^|\/)\.|^\/|\\/);
        }
      }),
      { numRuns: 300 },
    );
  });
});
