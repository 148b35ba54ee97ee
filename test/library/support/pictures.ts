import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { exiftoolPath } from 'exiftool-vendored';

/** A grey JPEG of 16 × 8 pixels, made by a camera of no name. */
const JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAAIABABAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AR//Z',
  'base64',
);

/** Writes a small JPEG with tags that ExifTool itself writes: `['-IPTC:Headline=A', …]`. */
export async function writeJpeg(file: string, tags: readonly string[] = []): Promise<string> {
  writeFileSync(file, JPEG);
  if (tags.length > 0)
    execFileSync(await exiftoolPath(), ['-q', '-overwrite_original', '-m', ...tags, file], { stdio: 'pipe' });
  rmSync(`${file}_original`, { force: true });
  return file;
}

/** Writes a PNG of one pixel with a compressed text of so many bytes: a few KB that inflate to megabytes. */
export function writePngWithText(file: string, bytes: number): string {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const text = Buffer.concat([Buffer.from('Title\0\0'), deflateSync(Buffer.alloc(bytes, 'a'))]);
  const parts = [
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('zTXt', text),
    chunk('IDAT', deflateSync(Buffer.from([0, 0]))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  writeFileSync(file, Buffer.concat(parts));
  return file;
}

/** A chunk of a PNG; nobody here looks at its checksum. */
function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
}
