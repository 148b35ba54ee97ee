import path from 'node:path';

/** Room that a name leaves for `~12` and the `.rejects.json` of a report beside it within the 255 bytes of a file's name. */
const LONGEST_NAME = 235;

/** A name that leaves room for a suffix and a report beside it; its extension stays. */
export function shorten(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const extension = path.extname(name).slice(0, 20);
  const room = LONGEST_NAME - Buffer.byteLength(extension);
  // A character cut in half becomes U+FFFD, three bytes long.
  const stem = Buffer.from(name)
    .subarray(0, room - 3)
    .toString('utf8');
  return `${stem}${extension}`;
}
