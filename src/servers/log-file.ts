import { chown, open, readFile, rename, stat } from 'node:fs/promises';
import type { Account } from '../processes/run-program.ts';

const MOST_BYTES = 10 * 1024 ** 2;

/**
 * Makes a server's log file ready for its next start: readable by its owner alone, and begun anew once it has passed
 * 10 MB; one old file is kept as `<file>.1`.
 */
export async function keepLogSmall(file: string, account?: Account): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MOST_BYTES) await rename(file, `${file}.1`);
  await (await open(file, 'a', 0o600)).close();
  if (account) await chown(file, account.uid, account.gid);
}

/** What a server wrote into its log since the log had `size` bytes, at most the last 15 lines; empty without a log. */
export async function textFrom(file: string, size: number): Promise<string> {
  const text = await readFile(file).catch(() => Buffer.alloc(0));
  return text.subarray(size).toString().trimEnd().split('\n').slice(-15).join('\n');
}
