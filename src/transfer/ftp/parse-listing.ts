import { FileType, parseList } from 'basic-ftp';
import type { RawListing } from './ftp-connection.ts';
import { whyUnsafe } from './remote-names.ts';

/** Something in a folder of the server. */
export interface Entry {
  name: string;
  type: 'file' | 'folder' | 'link' | 'other';
  /** Bytes; undefined when the server does not say. */
  size: number | undefined;
  /** When it was last changed: MLSD's fact, else as LIST shows it, to the minute or the day. Compared, not read. */
  time: string;
  /** MLSD's identity of the file or folder itself. */
  unique?: string;
}

/** What must not be taken from a folder. */
interface RefusedEntry {
  name: string;
  reason: string;
}

export interface FolderListing {
  entries: Entry[];
  refused: RefusedEntry[];
}

/**
 * Reads a listing line by line. A hostile server may write anything: names that are unsafe, lines that cannot be
 * read and names that occur twice are refused, each alone.
 */
export function readListing({ text, format }: RawListing): FolderListing {
  const entries: Entry[] = [];
  const refused: RefusedEntry[] = [];
  const counts = new Map<string, number>();
  /** Of the line before, when it gave one. */
  let last: Entry | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || (format === 'list' && /^total\b/i.test(line))) continue;
    const read = format === 'mlsd' ? readFacts(line) : readListLine(line);
    if (read === undefined) {
      refused.push({ name: line, reason: 'a line of the listing that cannot be read' });
      // It may be the second half of a name with a line break: then the first half is no file's name.
      if (last) {
        entries.pop();
        refused.push({ name: last.name, reason: 'a name that may go on behind a line break' });
      }
    }
    last = undefined;
    if (read === undefined || read === 'ignored') continue;
    counts.set(read.name, (counts.get(read.name) ?? 0) + 1);
    const reason = whyUnsafe(read.name);
    if (reason === undefined) entries.push((last = read));
    else refused.push({ name: read.name, reason });
  }
  const single = entries.filter(({ name }) => counts.get(name) === 1);
  for (const [name, count] of counts) {
    if (count > 1 && whyUnsafe(name) === undefined)
      refused.push({ name, reason: 'a name that is listed twice' });
  }
  return { entries: single, refused };
}

/** A line of MLSD (RFC 3659 §7.2): `type=file;size=5;modify=20260102030405; name`. */
export function readFacts(line: string): Entry | 'ignored' | undefined {
  const end = line.indexOf(' ');
  if (end < 0 || (end > 0 && line[end - 1] !== ';')) return undefined;
  const facts = new Map(
    line
      .slice(0, end)
      .split(';')
      .map((fact) => {
        const at = fact.indexOf('=');
        return [fact.slice(0, at).toLowerCase(), fact.slice(at + 1)] as const;
      }),
  );
  const type = (facts.get('type') ?? '').toLowerCase();
  if (type === 'cdir' || type === 'pdir') return 'ignored';
  const size = facts.get('size') ?? '';
  const unique = facts.get('unique');
  return {
    name: line.slice(end + 1),
    type: typeOf(type),
    size: /^\d{1,15}$/.test(size) ? Number(size) : undefined,
    time: facts.get('modify') ?? '',
    ...(unique === undefined ? {} : { unique }),
  };
}

function typeOf(type: string): Entry['type'] {
  if (type === 'file') return 'file';
  if (type === 'dir') return 'folder';
  return /^os\.unix=(?:sym|s)link/.test(type) ? 'link' : 'other';
}

function readListLine(line: string): Entry | 'ignored' | undefined {
  // Anything else is tried as MLSD by the library, which takes a line that begins with a space for a name.
  if (!/^(?:[\s\d]*[bcdelfmpSs-][r-]|\d{2})/.test(line)) return undefined;
  // The folder itself and the one above are in answers to LIST -a.
  if (/\s\.\.?$/.test(line) && /^[\s\d]*d/.test(line)) return 'ignored';
  let read;
  try {
    read = parseList(line)[0];
  } catch {
    return undefined;
  }
  if (!read || read.rawModifiedAt === '') return undefined;
  return {
    name: read.name,
    type: LIST_TYPES.get(read.type) ?? 'other',
    size: Number.isSafeInteger(read.size) ? read.size : undefined,
    time: read.rawModifiedAt.replaceAll(/\s+/g, ' '),
  };
}

const LIST_TYPES = new Map<FileType, Entry['type']>([
  [FileType.File, 'file'],
  [FileType.Directory, 'folder'],
  [FileType.SymbolicLink, 'link'],
]);
