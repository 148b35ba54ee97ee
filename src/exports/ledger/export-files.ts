import type { Db } from './periods.ts';

/** A finished file of a period. */
export interface FileRow {
  edition: number;
  name: string;
  /** Absolute: where it is kept, and where it was written first. */
  path: string;
  part: string;
  rows: number;
  bytes: number;
  sha256: string;
  replaced: number;
  sheets: { name: string; rows: number }[];
  run: string;
  producedAt: string;
  /** Null until it has its name. */
  placedAt: string | null;
}

/** The files of a period, the latest edition first. */
export async function readFiles(db: Db, task: string, key: string): Promise<FileRow[]> {
  const { rows } = await db.query<Record<keyof FileRow, never>>(
    `select edition, name, path, part, rows, bytes, sha256, replaced, sheets, run,
       produced_at as "producedAt", placed_at as "placedAt"
     from export.file where task = $1 and key = $2 order by edition desc`,
    [task, key],
  );
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return rows.map((row) => ({
    ...(row as unknown as FileRow),
    rows: Number(row.rows),
    bytes: Number(row.bytes),
    replaced: Number(row.replaced),
    producedAt: iso(row.producedAt)!,
    placedAt: iso(row.placedAt),
  }));
}
