import { createHash } from 'node:crypto';
import fs, {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  readSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const sync = promisify(fs.fsync);
const read = promisify(fs.read);

/** A file that is kept: its content's SHA-256, hexadecimal, and its size. */
export interface Original {
  sha256: string;
  bytes: number;
}

/** The source of an original was written to while it was copied. Nothing is kept of it. */
export class ChangedWhileRead extends Error {
  constructor(file: string) {
    super(`${file} changed while it was read; it is taken when nobody writes to it any more`);
    this.name = 'ChangedWhileRead';
  }
}

/** Files up to this size are copied through memory: a few calls less. */
const SMALL = 2 ** 20;
const PIECE = 2 ** 20;

/**
 * Copies a file, makes the copy durable, and reads it back beside the source, which must be the same from beginning to
 * end. Gives the hash of what both hold. A link is not followed. Throws `ChangedWhileRead`, and the errors of the disk.
 */
export async function copyVerified(source: string, draft: string): Promise<Original> {
  const input = openSync(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const before = fstatSync(input, { bigint: true });
    if (!before.isFile()) throw new Error(`${source} is no file`);
    const copy = before.size <= SMALL ? copySmall : copyLarge;
    const found = await copy(source, input, draft, Number(before.size));
    const after = fstatSync(input, { bigint: true });
    if (!found || !isUnchanged(before, after)) throw new ChangedWhileRead(source);
    return found;
  } finally {
    closeSync(input);
  }
}

function isUnchanged(before: BigIntStats, after: BigIntStats): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs;
}

/** Nothing but the wait for the disk is left to others: each call that is handed over costs more than it takes. */
async function copySmall(
  _: string,
  input: number,
  draft: string,
  bytes: number,
): Promise<Original | undefined> {
  const content = readWhole(input, bytes);
  if (!content) return undefined;
  const output = openSync(draft, 'wx+', 0o444);
  try {
    fchmodSync(output, 0o444);
    writeFileSync(output, content);
    await sync(output);
    if (!readWhole(output, bytes)?.equals(content))
      throw new Error(`the copy ${draft} does not read as it was written; is its disk sound?`);
  } finally {
    closeSync(output);
  }
  return { sha256: createHash('sha256').update(content).digest('hex'), bytes };
}

/** All of a file of so many bytes; undefined when it has more or less. */
function readWhole(file: number, bytes: number): Buffer | undefined {
  // Room for one more byte: it shows that the file has grown.
  const content = Buffer.allocUnsafe(bytes + 1);
  let length = 0;
  for (let got = -1; got !== 0 && length < content.length; length += got)
    got = readSync(file, content, length, content.length - length, length);
  return length === bytes ? content.subarray(0, bytes) : undefined;
}

async function copyLarge(source: string, input: number, draft: string): Promise<Original | undefined> {
  // A file system that can share the blocks does so; it is a copy all the same.
  await copyFile(source, draft, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  const output = openSync(draft, 'r+');
  try {
    fchmodSync(output, 0o444);
    await sync(output);
    return await compare(input, output);
  } finally {
    closeSync(output);
  }
}

/** Reads two files side by side; the hash of what they hold, or undefined when they differ. */
async function compare(a: number, b: number): Promise<Original | undefined> {
  const hash = createHash('sha256');
  const [one, other] = [Buffer.allocUnsafe(PIECE), Buffer.allocUnsafe(PIECE)];
  for (let at = 0; ; at += PIECE) {
    const [length, otherLength] = await Promise.all([fill(a, one, at), fill(b, other, at)]);
    const piece = one.subarray(0, length);
    if (!piece.equals(other.subarray(0, otherLength))) return undefined;
    hash.update(piece);
    if (length < PIECE) return { sha256: hash.digest('hex'), bytes: at + length };
  }
}

/** Reads from a place of a file until the buffer is full or the file ends; gives how many bytes. */
async function fill(file: number, buffer: Buffer, from: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await read(file, buffer, length, buffer.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
