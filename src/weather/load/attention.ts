import path from 'node:path';
import type { ClientBase } from 'pg';
import type { Attention } from '../../task/kind.ts';
import { countOpenIncidents, listIncidents } from './incidents.ts';

/** As many as fit on a screen. */
const most = 5;

/** The incidents that are still open: refused files, and files with refused items. */
export async function attention(db: ClientBase): Promise<Attention> {
  const latest = await listIncidents(db, { limit: most });
  return {
    count: await countOpenIncidents(db),
    latest: latest.map(({ at, file, reason }) => ({
      at: at.toISOString(),
      // Most reasons name the file where it matters.
      text: file === null || reason.includes(path.basename(file)) ? reason : `${file}: ${reason}`,
    })),
  };
}
