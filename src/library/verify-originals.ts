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
  /** Files that were written to after they were taken: what was made of them is not the whole. */
  grown: GrownFile[];
}

interface GrownFile {
  /** Where it is kept, absolute. */
  file: string;
  /** What was made of it: `record 12`. */
  became: string;
  text: string;
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
  { hash = false, root }: { hash?: boolean; root: string },
): Promise<Verification> {
  const found: Verification = { originals: 0, missing: [], damaged: [], leftover: [], grown: [] };
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
  found.grown = await findGrown(db, root);
  return found;
}

interface Taken {
  file: string;
  bytes: string;
  became: string;
}

/**
 * Files of hotfolders and batches that are kept, as long as their tasks remember them, with another size than they were taken
 * with; `root` is the installation's folder. Those that are watched still are the tasks' to see to.
 */
async function findGrown(db: ClientBase, root: string): Promise<GrownFile[]> {
  const became =
    "case when record_id is null then 'quarantine ' || quarantine_id else 'record ' || record_id end";
  const { rows } = await db.query<Taken>(
    `select i.target as file, i.bytes, ${became} as became from library.intake i
     where i.state = 'done' and i.target is not null and i.disposition in ('record', 'quarantine')
       and not exists (select from regie.watched_file w where w.task = i.task and w.ref = i.id::text)
     union all
     select b.target || '/' || f.path, f.bytes, ${became} from library.batch_file f join library.batch b on b.id = f.batch_id
     where b.state <> 'open' and b.target is not null and f.path is not null and f.disposition <> 'failed'
       and not exists (select from regie.watched_file w where w.task = b.task and w.path = b.target || '/' || f.path)
     order by 1`,
  );
  return rows.flatMap(({ file, bytes, became: what }) => {
    const full = path.resolve(root, file);
    const size = lstatSync(full, { throwIfNoEntry: false })?.size;
    if (size === undefined || size === Number(bytes)) return [];
    return [{ file: full, became: what, text: `has ${size} bytes; ${what} was made of ${bytes}` }];
  });
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
