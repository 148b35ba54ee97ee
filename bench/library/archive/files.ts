import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeJpeg } from '../../../test/library/support/pictures.ts';
import type { ArchiveSizes } from '../../options.ts';

/** Files that are to be archived. */
export interface FileSet {
  name: string;
  folder: string;
  files: number;
  bytes: number;
}

/** What the small pictures say of themselves; the fields of the databox. */
export const fields = [
  { name: 'Headline', source: 'IPTC:Headline' },
  { name: 'Title', source: 'XMP-dc:Title' },
  { name: 'Keywords', source: 'XMP-dc:Subject', multi: true },
  { name: 'Latitude', source: 'GPS:GPSLatitude', type: 'number' },
  { name: 'Taken', source: 'ExifIFD:DateTimeOriginal', type: 'date' },
];
const tags = [
  '-IPTC:Headline=A headline',
  '-XMP-dc:Title=A title',
  '-XMP-dc:Subject=one',
  '-XMP-dc:Subject=two',
  '-GPS:GPSLatitude=48.874',
  '-ExifIFD:DateTimeOriginal=2026:06:11 13:10:00',
];

/** Makes the files: small ones, half of them pictures with metadata and half texts; and large ones. */
export async function makeSets(
  folder: string,
  { small, large, largeBytes }: ArchiveSizes,
): Promise<FileSet[]> {
  const picture = readFileSync(await writeJpeg(path.join(folder, 'picture.jpg'), tags));
  const smallSet = fill(path.join(folder, 'small'), small, (n) =>
    n % 2 === 0
      ? // What is behind the picture's end makes it another file.
        { extension: 'jpg', content: Buffer.concat([picture, randomBytes(16)]) }
      : { extension: 'txt', content: Buffer.from(randomBytes(1_000).toString('hex')) },
  );
  const largeSet = fill(path.join(folder, 'large'), large, () => ({
    extension: 'bin',
    content: randomBytes(largeBytes),
  }));
  // What was written before must not be written out on somebody's clock.
  execFileSync('sync');
  return [
    { name: `${small.toLocaleString('en-US')} small files, half JPEG, half text`, ...smallSet },
    { name: `${large} files of ${largeBytes / 1e6} MB`, ...largeSet },
  ];
}

function fill(
  folder: string,
  files: number,
  make: (n: number) => { extension: string; content: Buffer },
): Omit<FileSet, 'name'> {
  mkdirSync(folder);
  let bytes = 0;
  for (let n = 0; n < files; n += 1) {
    const { extension, content } = make(n);
    writeFileSync(path.join(folder, `${n}.${extension}`), content);
    bytes += content.length;
  }
  return { folder, files, bytes };
}
