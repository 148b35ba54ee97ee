import path from 'node:path';
import type { ClientBase } from 'pg';
import type { Attention } from '../../task/status.ts';
import { countOpenIncidents, listIncidents } from './incidents.ts';

/** As many as fit on a screen. */
const most = 5;

/** The control workflow carries these texts in its history. */
const longest = 400;
const clip = (text: string) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** The incidents that are still open: refused files, and files with refused items. */
export async function attention(db: ClientBase): Promise<Attention> {
  const latest = await listIncidents(db, { limit: most });
  return {
    count: await countOpenIncidents(db),
    latest: latest.map(({ id, at, file, reason }) => ({
      at: at.toISOString(),
      // Most reasons name the file where it matters.
      text: clip(
        `${id}: ${file === null || reason.includes(path.basename(file)) ? reason : `${file}: ${reason}`}`,
      ),
    })),
    how:
      '`regie weather incidents` lists them all; `regie weather retry` puts failed files back once they are mended; ' +
      '`regie weather incidents close <number>` closes what is dealt with.',
  };
}
