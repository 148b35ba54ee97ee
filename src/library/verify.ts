import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { sha256 } from '../files/move.ts';
import { isGone } from '../files/scan.ts';
import type { OriginalStore } from './originals/store.ts';

/** What is wrong with the storage. */
export interface Verification {
  /** Originals that records or quarantine refer to. */
  originals: number;
  /** Needed files that are not there, that have another size, or (with `hash`) another content. */
  missing: Fault[];
  damaged: Fault[];
  /** Files that no original is recorded for, left over from a crash: harmless. Absolute paths. */
  leftover: string[];
}

export interface Fault {
  sha256: string;
  /** Where the file is, or should be. */
  file: string;
  /** Records that need it. */
  records: string[];
  text: string;
}

/** Looks whether every original that is needed is there as it came. `hash`: reads them all, for what disks lose in silence. */
export async function verifyStorage(
  db: ClientBase,
  store: OriginalStore,
  { hash = false }: { hash?: boolean } = {},
): Promise<Verification> {
  const found: Verification = { originals: 0, missing: [], damaged: [], leftover: [] };
  const known = new Set<string>();
  for (let after = ''; ;) {
    const rows = await page(db, after);
    for (const row of rows) {
      known.add(row.sha256);
      if (!row.needed) continue;
      found.originals += 1;
      const file = store.pathOf(row.sha256);
      const fault = (text: string) => ({ sha256: row.sha256, file, records: row.records, text });
      const stat = lstatSync(file, { throwIfNoEntry: false });
      if (!stat) found.missing.push(fault('is not there'));
      else if (stat.size !== Number(row.bytes))
        found.damaged.push(fault(`has ${stat.size} bytes; expected ${row.bytes}`));
      else if (hash && (await sha256(file)) !== row.sha256)
        found.damaged.push(fault('has another content than it came with'));
    }
    const last = rows.at(-1);
    if (!last) break;
    after = last.sha256;
  }
  found.leftover = filesBelow(path.join(store.folder, 'originals')).filter(
    (file) => !known.has(path.basename(file)),
  );
  return found;
}

interface Row {
  sha256: string;
  bytes: string;
  needed: boolean;
  records: string[];
}

/** Originals in the order of their hashes, a page at a time. */
async function page(db: ClientBase, after: string): Promise<Row[]> {
  const { rows } = await db.query<Row>(
    `select encode(o.sha256, 'hex') as sha256, o.bytes,
       array(select r.id::text from library.record r where r.sha256 = o.sha256 order by r.id) as records,
       exists (select from library.record r where r.sha256 = o.sha256)
         or exists (select from library.quarantine q where q.sha256 = o.sha256) as needed
     from library.original o where o.sha256 > decode($1, 'hex') order by o.sha256 limit 1000`,
    [after],
  );
  return rows;
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}
