import type { Pool } from 'pg';

/** The installation that a database belongs to. */
export interface Installation {
  id: string;
  name: string;
  /** Folders that carry its mark. */
  folders: string[];
}

/** Reads the installation of this database; makes it `name`'s when the database is new. */
export async function readInstallation(pool: Pool, name: string): Promise<Installation> {
  await pool.query('insert into regie.installation (name) values ($1) on conflict do nothing', [name]);
  const { rows } = await pool.query<Installation>('select id, name, folders from regie.installation');
  if (!rows[0]) throw new Error('table regie.installation is empty');
  return rows[0];
}

export async function addFolder(pool: Pool, folder: string): Promise<void> {
  await pool.query(
    'update regie.installation set folders = array_append(folders, $1) where $1 <> all (folders)',
    [folder],
  );
}
