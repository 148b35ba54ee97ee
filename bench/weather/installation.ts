import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Pool } from 'pg';
import { openPool } from '../../src/store/connection.ts';
import { freshDatabase } from '../../test/support/postgres.ts';
import { inboxOf } from './tasks.ts';

export interface Place {
  /** Temporary, on the disk that PostgreSQL writes to as well. */
  folder: string;
  signal: AbortSignal;
}

/** An installation of a measurement: an empty database, an empty inbox. */
export interface Installation {
  url: string;
  /** Its folder, for `inboxOf`. */
  root: string;
}

/** Makes an installation, and takes it away afterwards. */
export async function onFreshInstallation<T>(
  { folder, signal }: Place,
  use: (installation: Installation) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const root = mkdtempSync(path.join(folder, 'installation-'));
  const { url, drop } = await freshDatabase();
  try {
    mkdirSync(inboxOf(root), { recursive: true });
    return await use({ url, root });
  } finally {
    await drop();
    rmSync(root, { recursive: true });
  }
}

/** What was written before must not be written out on the clock of the next measurement. */
export async function checkpoint(url: string): Promise<void> {
  await withPool(url, (pool) => pool.query('checkpoint'));
}

export async function withPool<T>(url: string, use: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool(url, { max: 1 });
  try {
    return await use(pool);
  } finally {
    await pool.end();
  }
}
