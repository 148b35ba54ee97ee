import type { SFTPWrapper } from 'ssh2';

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

/** Requests of one file that are under way at once, and the bytes of each (OpenSSH's own client: 64 of 32 KiB). */
const AT_ONCE = 64;
const PIECE = 32_768;

/** Makes one request of the protocol. */
export type Call = <T>(
  what: string,
  begin: (done: (error?: Error | null, value?: T) => void) => void,
) => Promise<T>;

/** Writes a file that is not there yet; on the server's disk when done, where it can do that. */
export async function writeFile(
  sftp: SFTPWrapper,
  path: string,
  source: AsyncIterable<Buffer>,
  call: Call,
): Promise<void> {
  // `wx`: never through a link that somebody has put there.
  const handle = await call<Buffer>('create', (done) => sftp.open(path, 'wx', done));
  try {
    await writeAll(sftp, handle, source, call);
    await sync(sftp, handle, call);
  } catch (error) {
    sftp.close(handle, () => undefined);
    throw error;
  }
  await call('close', (done) => sftp.close(handle, done));
}

async function writeAll(
  sftp: SFTPWrapper,
  handle: Buffer,
  source: AsyncIterable<Buffer>,
  call: Call,
): Promise<void> {
  const underWay = new Set<Promise<unknown>>();
  let position = 0;
  for await (const chunk of source)
    for (let at = 0; at < chunk.length; at += PIECE) {
      const piece = chunk.subarray(at, at + PIECE);
      const from = position;
      position += piece.length;
      const written = call('write', (done) => sftp.write(handle, piece, 0, piece.length, from, done));
      const settled = written.finally(() => underWay.delete(settled));
      settled.catch(() => undefined);
      underWay.add(settled);
      if (underWay.size >= AT_ONCE) await Promise.race(underWay);
    }
  await Promise.all(underWay);
}

async function sync(sftp: SFTPWrapper, handle: Buffer, call: Call): Promise<void> {
  let offered = true;
  await call('sync', (done) => {
    try {
      sftp.ext_openssh_fsync(handle, done);
    } catch (error) {
      // The library throws where the server does not offer it.
      offered = false;
      done(error as Error);
    }
  }).catch((error: unknown) => {
    if (offered) throw error;
  });
}
