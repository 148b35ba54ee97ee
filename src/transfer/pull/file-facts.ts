import type { RawListing } from '../ftp/ftp-connection.ts';
import { readFacts, type Entry } from '../ftp/parse-listing.ts';
import type { RemoteFile } from './compare-listing.ts';

/** What a server says to a command. */
export interface Answer {
  code: number;
  message: string;
}

/** A file of a listing; undefined when it is none, or its size is not told. `listed`: see `transfer.remote_file`. */
export function toFile(
  path: string,
  { type, size, time }: Omit<Entry, 'name'>,
  format: RawListing['format'],
): RemoteFile | undefined {
  if (type !== 'file' || size === undefined) return undefined;
  // MLSD tells the second, unless it tells no time at all.
  return { path, size, modified: time, listed: format === 'list' || time === '' ? time : null };
}

/**
 * A file by the answers to MLST, or to MDTM and SIZE; undefined when it is not there, `unknown` when the server does not
 * tell.
 */
export function readFileFacts(
  file: RemoteFile,
  answers: readonly Answer[],
): RemoteFile | 'unknown' | undefined {
  if (answers.some(isUnknown)) return 'unknown';
  const [first, second] = answers;
  if (second === undefined) return readMlst(file, first!);
  const modified = readMdtm(first!);
  if (modified === undefined) return undefined;
  const size = readSize(second);
  // Some do not tell it of every file: the listing has it.
  return size === undefined ? 'unknown' : { ...file, modified, size };
}

/** The answer to MDTM: `213 20260102030405`. */
export function readMdtm({ code, message }: Answer): string | undefined {
  return code === 213 ? /^213 (\d{14}(?:\.\d+)?)\s*$/.exec(message)?.[1] : undefined;
}

/** The answer to SIZE: `213 1024`. */
function readSize({ code, message }: Answer): number | undefined {
  const digits = code === 213 ? /^213 (\d{1,15})\s*$/.exec(message)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

/** The answer to MLST: the facts stand on a line of their own, after a space. */
function readMlst({ path, listed }: RemoteFile, { code, message }: Answer): RemoteFile | undefined {
  const line = code === 250 ? message.split('\n').find((text) => text.startsWith(' ')) : undefined;
  const facts = line === undefined ? undefined : readFacts(line.slice(1));
  if (facts === undefined || facts === 'ignored' || facts.size === undefined) return undefined;
  return { path, size: facts.size, modified: facts.time, listed };
}

/** 500, 502, 504: the server does not know the command. */
export function isUnknown({ code }: Answer): boolean {
  return code === 500 || code === 502 || code === 504;
}
