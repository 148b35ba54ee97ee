import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool, PoolClient } from 'pg';
import { archive } from '../../../src/library/archive/run-archive.ts';
import { poll, waitingIn } from '../../../src/library/archive/poll-hotfolder.ts';
import {
  archiveFolders,
  type ArchiveSettings,
  type Folders,
} from '../../../src/library/archive/archive-settings.ts';
import type { Poll, Progress, Report, WorkContext } from '../../../src/task/kind.ts';
import type { RunOptions, Waiting } from '../../../src/task/status.ts';
import { openPool } from '../../../src/store/connection.ts';
import { bareConfig, withSection } from '../../support/bare-config.ts';
import { library, settingsOf } from './config.ts';
import { filesBelow } from '../support/files-below.ts';
import { libraryDatabase } from '../support/library-database.ts';
import { librarySection } from '../../../src/library/library-settings.ts';

export interface ArchiverOptions {
  settings?: Record<string, unknown>;
  /** Sections of the databox `press`. */
  databox?: Record<string, unknown>;
}

/** An archive task of a test: a database and folders of its own, and the port that the engine would be. */
export interface Archiver {
  url: string;
  /** A folder of the test's own, the installation some folders below it: what leads out of that ends here. */
  around: string;
  root: string;
  folders: Folders;
  storage: string;
  pool: Pool;
  /** Lines traced by the runs. */
  traced: string[];
  /** Writes a file into the hotfolder. */
  put(name: string, content?: string | Uint8Array): string;
  run(options?: RunOptions & RunPort): Promise<Report>;
  poll(): Promise<Poll>;
  /** What `status` shows. */
  waiting(): Promise<Waiting[]>;
  /** Other settings from now on. */
  change(settings: Record<string, unknown>): void;
  /** Files below the hotfolder, `_archived` or `_error`, sorted; hidden ones too, but for the mark at the root. */
  files(folder?: keyof Folders): string[];
  /** What stands in the report beside a refused file. */
  reason(name: string): string;
  /** Records as `collection/name status field=value,…`, in the order of their ids. */
  records(): Promise<string[]>;
  query<R>(sql: string, values?: unknown[]): Promise<R[]>;
  /** Lends a session of the database. */
  use<T>(work: (db: PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface RunPort {
  /** The run's workflow id; a new one when left out. */
  id?: string;
  shouldStop?: () => boolean;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Another place for originals. */
  storage?: string;
  /** Sees the session before the run gets it. */
  onSession?: (db: PoolClient) => void;
}

export async function openArchiver(options: ArchiverOptions = {}): Promise<Archiver> {
  const database = await libraryDatabase();
  const pool = openPool(database.url, { max: 3 });
  const around = mkdtempSync(path.join(tmpdir(), 'regie-archive-'));
  // Some runs are another user's.
  chmodSync(around, 0o755);
  const root = path.join(around, 'of', 'an', 'installation');
  let settings = settingsOf(options.settings);
  const folders = archiveFolders(root, settings);
  const config = bareConfig(root, { library: library(options.databox) });
  const traced: string[] = [];
  let runs = 0;
  const use = async <T>(work: (db: PoolClient) => Promise<T>): Promise<T> => {
    const db = await pool.connect();
    try {
      return await work(db);
    } finally {
      db.release();
    }
  };
  mkdirSync(folders.hotfolder, { recursive: true });
  writeFileSync(path.join(folders.hotfolder, '.phrasea.xml'), '');
  return {
    url: database.url,
    around,
    root,
    folders,
    storage: path.join(root, 'data/library/storage'),
    pool,
    traced,
    put(name, content = `content of ${name}`) {
      const file = path.join(folders.hotfolder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    async run({ id, shouldStop = () => false, signal, onProgress, storage, onSession, ...runOptions } = {}) {
      const db: PoolClient = await pool.connect();
      onSession?.(db);
      runs += 1;
      const ctx: WorkContext<ArchiveSettings> = {
        task: 'hot',
        settings,
        config:
          storage === undefined
            ? config
            : withSection(config, librarySection, { ...librarySection.of(config), storage }),
        db,
        signal: signal ?? new AbortController().signal,
        progress: (each) => onProgress?.(each),
        trace: (text) => void traced.push(text),
        traced: true,
        changed: () => undefined,
        incident: async () => undefined,
        resolved: async () => undefined,
        shouldStop: async () => shouldStop(),
        run: id ?? `run/hot-${runs}`,
        options: runOptions,
        nominal: new Date(),
      };
      try {
        return await archive(ctx);
      } finally {
        // One that was tampered with must not go back to the pool.
        db.release(onSession !== undefined);
      }
    },
    waiting: () => use((db) => waitingIn({ task: 'hot', settings, config, db })),
    poll: () => use((db) => poll({ task: 'hot', settings, config, db })),
    use,
    change(other) {
      settings = settingsOf({ ...options.settings, ...other });
    },
    files(folder = 'hotfolder') {
      return filesBelow(folders[folder]).filter((name) => folder !== 'hotfolder' || name !== '.phrasea.xml');
    },
    reason(name) {
      const text = readFileSync(path.join(folders.refused, `${name}.error.json`), 'utf8');
      return (JSON.parse(text) as { reason: string }).reason;
    },
    async records() {
      const { rows } = await pool.query<{ text: string }>(
        `select concat_ws(' ', c.name || '/' || r.name, nullif(ltrim(r.status::bit(64)::text, '0'), ''),
                  string_agg(f.name || '=' || v.text, ',' order by f.name, v.position)) as text
         from library.record r join library.collection c on c.id = r.collection_id
         left join library.value v on v.record_id = r.id left join library.field f on f.id = v.field_id
         where r.type = 'record' group by r.id, c.name order by r.id`,
      );
      return rows.map(({ text }) => text);
    },
    async query<R>(sql: string, values?: unknown[]) {
      return (await pool.query(sql, values)).rows as R[];
    },
    async close() {
      await pool.end();
      await database.close();
      rmSync(around, { recursive: true });
    },
  };
}

/** A sidecar. */
export function sidecar(fields: Record<string, string | string[]>, status?: string): string {
  const tags = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value) => `<${name}>${value}</${name}>`),
  );
  const mask = status === undefined ? '' : `<status>${status}</status>`;
  return `<?xml version="1.0"?>\n<record><description>${tags.join('')}</description>${mask}</record>`;
}
