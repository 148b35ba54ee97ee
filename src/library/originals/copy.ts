import { createHash } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { copyFile, open, type FileHandle } from 'node:fs/promises';

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
  const input = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const before = await input.stat({ bigint: true });
    if (!before.isFile()) throw new Error(`${source} is no file`);
    const copy = before.size <= SMALL ? copySmall : copyLarge;
    const found = await copy(source, input, draft, Number(before.size));
    const after = await input.stat({ bigint: true });
    if (!found || !isUnchanged(before, after)) throw new ChangedWhileRead(source);
    return found;
  } finally {
    await input.close();
  }
}

function isUnchanged(before: BigIntStats, after: BigIntStats): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs;
}

async function copySmall(
  _: string,
  input: FileHandle,
  draft: string,
  bytes: number,
): Promise<Original | undefined> {
  // Room for one more byte: it shows that the source has grown.
  const content = Buffer.allocUnsafe(bytes + 1);
  if ((await fill(input, content, 0)) !== bytes) return undefined;
  const whole = content.subarray(0, bytes);
  const output = await open(draft, 'wx+', 0o444);
  try {
    await output.chmod(0o444);
    await output.write(whole, 0, bytes, 0);
    await output.sync();
    const back = Buffer.allocUnsafe(bytes + 1);
    if ((await fill(output, back, 0)) !== bytes || !back.subarray(0, bytes).equals(whole))
      throw new Error(`the copy ${draft} does not read as it was written; is its disk sound?`);
  } finally {
    await output.close();
  }
  return { sha256: createHash('sha256').update(whole).digest('hex'), bytes };
}

async function copyLarge(source: string, input: FileHandle, draft: string): Promise<Original | undefined> {
  // A file system that can share the blocks does so; it is a copy all the same.
  await copyFile(source, draft, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  const output = await open(draft, 'r+');
  try {
    await output.chmod(0o444);
    await output.sync();
    return await compare(input, output);
  } finally {
    await output.close();
  }
}

/** Reads two files side by side; the hash of what they hold, or undefined when they differ. */
async function compare(a: FileHandle, b: FileHandle): Promise<Original | undefined> {
  const hash = createHash('sha256');
  const [one, other] = [Buffer.allocUnsafe(PIECE), Buffer.allocUnsafe(PIECE)];
  for (let at = 0; ; at += PIECE) {
    const [read, readOther] = await Promise.all([fill(a, one, at), fill(b, other, at)]);
    const piece = one.subarray(0, read);
    if (!piece.equals(other.subarray(0, readOther))) return undefined;
    hash.update(piece);
    if (read < PIECE) return { sha256: hash.digest('hex'), bytes: at + read };
  }
}

/** Reads from a place of a file until the buffer is full or the file ends; gives how many bytes. */
async function fill(file: FileHandle, buffer: Buffer, from: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
