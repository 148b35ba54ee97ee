import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementsOf, MOST_XML_BYTES, readXml, XmlFault } from '../../../src/library/xml/read-xml.ts';

const read = (text: string | Buffer) => readXml(Buffer.from(text), 'a.xml');

describe('readXml', () => {
  it('gives the elements and their texts', () => {
    const { root } = read(
      '<record>\n<Title>L’été &amp; l&#x27;hiver</Title><Title><![CDATA[<b>]]></Title><x/></record>',
    );
    expect(elementsOf(root).map(({ name, text }) => [name, text])).toEqual([
      ['Title', "L’été & l'hiver"],
      ['Title', '<b>'],
      ['x', ''],
    ]);
    expect(elementsOf(root, 'Title')).toHaveLength(2);
  });

  it.each([
    ['<record>\n <a>x</b>\n</record>', 'a.xml, line 2, column 6: Missing end tag for element a'],
    ['', 'a.xml, line 1, column 1: Root element is missing or invalid'],
    ['<a>&bogus;</a>', "a.xml, line 1, column 4: Named entity isn't defined: &bogus;"],
    ['\n<!DOCTYPE a><a/>', 'a.xml, line 2, column 1: it has a DOCTYPE; expected none: leave it out'],
    ['<a>'.repeat(100_000), 'a.xml: its elements are nested too deeply'],
    ['<a>'.padEnd(MOST_XML_BYTES + 1), `a.xml: it has 1048577 bytes; expected at most 1048576`],
    [
      '<?xml version="1.0" encoding="klingon"?><a/>',
      'a.xml: its encoding "klingon" is not known; expected UTF-8',
    ],
    [Buffer.from('<a>é</a>', 'latin1'), 'a.xml: it is not in utf-8, the encoding of XML that names none'],
  ])('says what is wrong with %.20s', (text, message) => {
    expect(() => read(text)).toThrow(XmlFault);
    expect(() => read(text)).toThrow(message);
  });

  it('makes the fault of an element', () => {
    const { root, fault } = read('<a t="😀é">\n  <b/></a>');
    expect(fault(elementsOf(root)[0]!, 'expected c').message).toBe('a.xml, line 2, column 3: expected c');
  });

  it('reads the encoding that is declared, or marked', () => {
    const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>été</a>', 'latin1');
    expect(read(latin).root.text).toBe('été');
    const marked = Buffer.from('\uFEFF<?xml version="1.0" encoding="UTF-16"?><a>été</a>', 'utf16le');
    expect(read(marked).root.text).toBe('été');
    expect(read('\uFEFF<a>été</a>').root.text).toBe('été');
  });

  it('neither expands entities nor reads files', () => {
    const laughs = Array.from({ length: 10 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join(
      '',
    );
    expect(() => read(`<!DOCTYPE l [<!ENTITY l0 "lol">${laughs}]><l>&l10;</l>`)).toThrow(XmlFault);
    expect(() => read('<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/passwd">]><l>&f;</l>')).toThrow(XmlFault);
  });

  it('throws nothing but faults, whatever the bytes', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      '"',
      '=',
      ' ',
      '&',
      ';',
      '<!',
      '[CDATA[',
      ']]>',
      '<?xml',
      '?>',
      '--',
      '\0',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((all) => all.join('')),
          fc.uint8Array().map((b) => Buffer.from(b)),
        ),
        (text) => {
          try {
            read(text);
          } catch (error) {
            expect(error).toBeInstanceOf(XmlFault);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
