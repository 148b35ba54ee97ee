import path from 'node:path';
import { identify } from '../../intake/file-identity.ts';
import { listClaims } from '../files/claim-file.ts';
import type { FolderMaker } from '../../files/move.ts';
import { finishFiles, type StoreContext } from './load-group.ts';
import type { Input } from './load-input.ts';
import { toText } from '../../store/jsonb.ts';

/**
 * Takes up what a dead run left in work/. Files whose rows are committed only wait for their move, which is
 * made; the others were never loaded and are given back, to be loaded first.
 */
export async function recover(
  context: Pick<StoreContext, 'db' | 'task' | 'folders' | 'stableFor'>,
  maker: FolderMaker,
): Promise<Input[]> {
  const { db, folders } = context;
  const claims = listClaims(folders.work);
  if (claims.length === 0) return [];
  const { rows } = await db.query<{ id: string; claim: string; state: string; final_path: string }>(
    'select id, claim, state, final_path from file where claim = any($1)',
    [claims.map(({ claim }) => toText(claim))],
  );
  const ledger = new Map(rows.map((row) => [row.claim, row]));
  const known = claims.flatMap(({ claim }) => {
    const row = ledger.get(toText(claim));
    return row
      ? [{ ...row, claim, id: Number(row.id), target: path.resolve(folders.root, row.final_path) }]
      : [];
  });
  await finishFiles(context, known, maker);
  return claims.flatMap(({ claim, name }) => {
    if (ledger.has(toText(claim))) return [];
    const file = path.join(folders.work, claim);
    const seen = identify(file);
    return { path: file, claim, name, bytes: seen?.bytes ?? 0, seen };
  });
}
