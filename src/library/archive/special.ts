import { closeSync, constants, openSync, readSync } from 'node:fs';
import { elementsOf, MOST_XML_BYTES, readXml } from '../xml/read-xml.ts';
import { isPlainName } from './rules/match.ts';

/** At the root of every hotfolder; in a folder below it may say where the files of its branch go, and when. */
export const BRANCH_FILE = '.phrasea.xml';
/** Remembers which story the files of its folder belong to. */
export const STORY_FILE = '.grouping.xml';

/** A file that locks the folder that it is in. */
interface MagicFile {
  /** `lock`: while it exists; `unlock`: until it exists. */
  method: 'lock' | 'unlock';
  name: string;
}

/** What a `.phrasea.xml` says. */
export interface BranchFile {
  collection?: string;
  magic: MagicFile[];
}

/** Reads a `.phrasea.xml`; `name` is how errors call it. An empty one says nothing. Throws XmlFault. */
export function readBranchFile(bytes: Uint8Array, name: string): BranchFile {
  if (Buffer.from(bytes).toString('latin1').trim() === '') return { magic: [] };
  const { root, fault } = readXml(bytes, name);
  const magic = elementsOf(root, 'magicfile').map((element): MagicFile => {
    const method = element.attributes['method']?.toLowerCase();
    if (method !== 'lock' && method !== 'unlock')
      throw fault(element, `<magicfile> has the method ${JSON.stringify(method)}; expected LOCK or UNLOCK`);
    const file = element.text.trim();
    if (!isFileName(file))
      throw fault(
        element,
        `<magicfile> names ${JSON.stringify(file)}; expected the name of a file in this folder`,
      );
    return { method, name: file };
  });
  const collection = root.attributes['collection']?.trim();
  return { magic, ...(collection ? { collection } : {}) };
}

/** Reads a `.grouping.xml`: the id of a story. Throws XmlFault. */
export function readStoryFile(bytes: Uint8Array, name: string): string {
  const { root, fault } = readXml(bytes, name);
  const id = root.attributes['grouping']?.trim() ?? '';
  // PostgreSQL's bigint.
  if (root.name === 'record' && /^\d{1,18}$/.test(id)) return id;
  throw fault(root, 'it names no story; expected <record grouping="number of the story"/>');
}

/** The text of the `.grouping.xml` of a story. */
export function storyFile(story: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<record grouping="${story}"/>\n`;
}

/** A small file whole; of a longer one as much as is too much. A link is not followed: throws. */
export function readSmallFile(file: string): Uint8Array {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(MOST_XML_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0; length += read)
      read = readSync(fd, bytes, length, bytes.length - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

/** A hidden one may be meant, too. */
const isFileName = (name: string) => isPlainName(name.replace(/^\.+(?=[^.])/, ''));
