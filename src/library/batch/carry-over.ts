import path from 'node:path';
import type { ClientBase } from 'pg';
import { sha256 } from '../../files/move.ts';
import { inTransaction } from '../../store/transaction.ts';
import type { Claim } from './claim-batch.ts';
import type { Contents } from './contents.ts';
import { keepFiles, readFiles, type FileRow } from './batch-ledger.ts';
import type { Manifest } from './manifest/manifest.ts';

/**
 * What became of a batch's files before: a run that was cut off began it, or the same batch came again, perhaps with
 * another manifest. A file that failed, or that is another one by now, is taken anew; the ledger forgets it. Gives the
 * indices of those that are not.
 */
export async function carryOver(
  db: ClientBase,
  { id, folder }: Claim,
  { entries }: Manifest,
  contents: Contents,
): Promise<Set<number>> {
  const before = await readFiles(db, id);
  if (before.length === 0) return new Set();
  const known = new Map(
    before.filter(({ disposition }) => disposition !== 'failed').map((row) => [row.path, row]),
  );
  const kept: FileRow[] = [];
  for (const { index, path: where } of entries) {
    const row = known.get(where);
    if (!row || !(await isStill(row))) continue;
    kept.push({ ...row, index });
    known.delete(where);
  }
  await inTransaction(db, () => keepFiles(db, id, kept));
  return new Set(kept.map(({ index }) => index));

  /** Is it the file that was taken? One that has been removed since is. */
  async function isStill({ path: where, sha256: hash }: FileRow): Promise<boolean> {
    const file = where === null ? undefined : contents.find(where);
    return !file || (await sha256(path.join(folder, file.name))) === hash;
  }
}
