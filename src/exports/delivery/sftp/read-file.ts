import type { SFTPWrapper } from 'ssh2';
import { AT_ONCE, PIECE, type Call } from './write-file.ts';

/** Gives a file's content piece by piece, in order. A file that grows meanwhile is not read further. */
export async function* readFile(sftp: SFTPWrapper, path: string, call: Call): AsyncGenerator<Buffer> {
  const handle = await call<Buffer>('open', (done) => sftp.open(path, 'r', done));
  try {
    const { size } = await call<{ size: number }>('look at', (done) => sftp.fstat(handle, done));
    const underWay: Promise<Buffer>[] = [];
    let asked = 0;
    while (asked < size || underWay.length > 0) {
      while (asked < size && underWay.length < AT_ONCE) {
        const piece = readPiece(sftp, handle, asked, Math.min(PIECE, size - asked), call);
        // It may fail before it is awaited.
        piece.catch(() => undefined);
        underWay.push(piece);
        asked += PIECE;
      }
      yield await underWay.shift()!;
    }
  } finally {
    await call('close', (done) => sftp.close(handle, done)).catch(() => undefined);
  }
}

/** Servers may give less than was asked for. */
async function readPiece(
  sftp: SFTPWrapper,
  handle: Buffer,
  from: number,
  length: number,
  call: Call,
): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(length);
  let got = 0;
  while (got < length) {
    const bytes = await call<number>('read', (done) =>
      sftp.read(handle, piece, got, length - got, from + got, done),
    );
    if (bytes === 0) break;
    got += bytes;
  }
  return piece.subarray(0, got);
}
