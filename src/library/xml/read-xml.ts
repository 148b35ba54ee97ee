import { parseXml, XmlElement, XmlError, type XmlNode } from '@rgrove/parse-xml';

/** More is no description of a file: refused before anything is parsed. */
export const MOST_XML_BYTES = 2 ** 20;

/** What is wrong with an XML document: `photo.xml, line 3, column 7: Missing end tag for element Title`. */
export class XmlFault extends Error {
  constructor(name: string, fault: string, location?: { line: number; column: number }) {
    super(`${name}${location ? `, line ${location.line}, column ${location.column}` : ''}: ${fault}`);
    this.name = 'XmlFault';
  }
}

/** A document that was read. `fault` makes the error of one of its elements. */
export interface XmlText {
  root: XmlElement;
  fault(at: XmlElement, what: string): XmlFault;
}

/**
 * Reads a small XML document from outside; `name` is how errors call it. Entities of its own, and the files that a DTD
 * would fetch, are not: a document with a DOCTYPE is refused. Throws `XmlFault`.
 */
export function readXml(bytes: Uint8Array, name: string): XmlText {
  if (bytes.length > MOST_XML_BYTES)
    throw new XmlFault(name, `it has ${bytes.length} bytes; expected at most ${MOST_XML_BYTES}`);
  const text = decode(bytes, name);
  try {
    const document = parseXml(text, { preserveDocumentType: true, includeOffsets: true });
    const type = document.children.find((node) => node.type === 'doctype');
    if (type)
      throw new XmlFault(name, 'it has a DOCTYPE; expected none: leave it out', placeOf(text, type.start));
    const { root } = document;
    if (!root) throw new XmlFault(name, 'it has no root element');
    return { root, fault: (at, what) => new XmlFault(name, what, placeOf(text, at.start)) };
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) throw new XmlFault(name, 'its elements are nested too deeply');
    if (!(error instanceof XmlError)) throw error;
    throw new XmlFault(name, error.message.split(' (line ')[0]!, error);
  }
}

/** The elements directly below one, those of a name when it is given. */
export function elementsOf(parent: XmlElement, name?: string): XmlElement[] {
  return parent.children.filter(
    (node: XmlNode): node is XmlElement =>
      node instanceof XmlElement && (name === undefined || node.name === name),
  );
}

const BYTE_ORDERS = [
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
];
const DECLARED = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/;

/** Its text, in the encoding that its byte order mark or its first line names; UTF-8 else. */
function decode(bytes: Uint8Array, name: string): string {
  const marked = BYTE_ORDERS.find(({ mark }) => mark.every((byte, i) => bytes[i] === byte))?.encoding;
  const declared = DECLARED.exec(Buffer.from(bytes.subarray(0, 200)).toString('latin1'))?.[1];
  // Read as single bytes, its declaration was legible: no UTF-16, whatever it says.
  const encoding = marked ?? (declared && !/^utf-?16/i.test(declared) ? declared : 'utf-8');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new XmlFault(
      name,
      error instanceof RangeError
        ? `its encoding ${JSON.stringify(encoding)} is not known; expected UTF-8`
        : `it is not in ${encoding}, the encoding ${marked || declared ? 'that it names' : 'of XML that names none'}`,
    );
  }
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
