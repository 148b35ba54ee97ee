import { isAscii } from 'node:buffer';

/** Bytes looked at together; a piece with an accent in it costs the slow way. */
const PIECE = 1024;

/**
 * The text of UTF-8 bytes, the same as `toString('utf8')` gives, which takes half as long as parsing the text. Stations' files are ASCII but for an `à` in each entry, so nearly all of their pieces
 * can be taken as Latin-1, which is a copy.
 */
export function decodeUtf8(bytes: Buffer): string {
  let text = '';
  let plain = 0;
  for (let at = 0; at < bytes.length;) {
    let end = Math.min(bytes.length, at + PIECE);
    // Never within a character.
    while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end += 1;
    if (!isAscii(bytes.subarray(at, end))) {
      text += bytes.toString('latin1', plain, at) + bytes.toString('utf8', at, end);
      plain = end;
    }
    at = end;
  }
  return text + bytes.toString('latin1', plain);
}
