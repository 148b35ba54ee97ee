import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { afterAll } from 'vitest';
import type { Config } from '../../../src/task/config.ts';
import type { Answer } from '../../../src/library/batch/answer/answer.ts';
import {
  batchFolders,
  batchSettings,
  type BatchSettings,
  type Folders,
} from '../../../src/library/batch/batch-settings.ts';
import { uploadBatches } from '../../../src/library/batch/upload-batches.ts';
import { openPool } from '../../../src/store/connection.ts';
import type { Report, WorkContext } from '../../../src/task/kind.ts';
import type { RunOptions } from '../../../src/task/status.ts';
import { bareConfig } from '../../support/bare-config.ts';
import { freshDatabase, type TestDatabase } from '../../support/postgres.ts';
import { quietPort } from '../../support/quiet-port.ts';
import { library, TASK } from './library.ts';

/** A batch task of a test: a database and folders of its own. */
export interface Uploads {
  url: string;
  root: string;
  folders: Folders;
  pool: Pool;
  config: Config;
  settings: BatchSettings;
  traced: string[];
  /** Puts a folder with files into the drop, file by file. */
  drop(batch: string, files: Record<string, string | Uint8Array>): void;
  run(options?: RunOptions & RunPort): Promise<Report>;
  /** Files below a folder of the task, sorted, the hidden ones too. */
  files(folder: keyof Folders): string[];
  /** The answer beside a manifest: `done/<batch>`. */
  answer(batch: string): Answer;
  query<R = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<R[]>;
  /** Does something before the rest is closed. */
  onClose(act: () => Promise<void>): void;
  close(): Promise<void>;
}

interface RunPort {
  /** The run's workflow id; a new one when left out. */
  id?: string;
  shouldStop?: () => boolean;
  /** Sees the session before the run gets it. */
  onSession?: (db: PoolClient) => void;
  /** Told when the run has ended, before its session is closed. */
  onEnd?: () => void;
}

/** Databases of closed tasks, empty again: making one takes longer than most tests. */
const idle: TestDatabase[] = [];
afterAll(async () => {
  for (const database of idle.splice(0)) await database.drop();
});

const EMPTY = `truncate library.databox, library.original, library.event, regie.incident, library.batch,
               regie.watched_file restart identity cascade`;

export async function openUploads(settings: Record<string, unknown> = {}): Promise<Uploads> {
  const database = idle.pop() ?? (await freshDatabase());
  const pool = openPool(database.url, { max: 6 });
  const root = mkdtempSync(path.join(tmpdir(), 'regie-batch-'));
  const checked = batchSettings.parse({ databox: 'press', stableFor: 0, embedded: false, ...settings });
  const folders = batchFolders(root, checked);
  const config = bareConfig(root, { library });
  const traced: string[] = [];
  const closing: (() => Promise<void>)[] = [];
  let runs = 0;
  mkdirSync(folders.drop, { recursive: true });
  return {
    url: database.url,
    root,
    folders,
    pool,
    config,
    settings: checked,
    traced,
    drop(batch, files) {
      for (const [name, content] of Object.entries(files)) {
        const file = path.join(folders.drop, batch, name);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    },
    async run({ id, shouldStop = () => false, onSession, onEnd, ...options } = {}) {
      runs += 1;
      const db = await pool.connect();
      onSession?.(db);
      const ctx: WorkContext<BatchSettings> = {
        task: TASK,
        settings: checked,
        config,
        db,
        ...quietPort(),
        trace: (text) => void traced.push(text),
        traced: true,
        shouldStop: async () => shouldStop(),
        run: id ?? `run/${TASK}-${runs}`,
        options,
        nominal: new Date(),
      };
      try {
        return await uploadBatches(ctx);
      } finally {
        onEnd?.();
        db.release(true);
        await sessionEnds(pool, (db as PoolClient & { processID: number }).processID);
      }
    },
    files: (folder) => filesBelow(folders[folder]),
    answer: (batch) =>
      JSON.parse(readFileSync(path.join(path.dirname(folders.drop), batch, 'answer.json'), 'utf8')) as Answer,
    async query<R>(sql: string, values?: unknown[]) {
      return (await pool.query(sql, values)).rows as R[];
    },
    onClose: (act) => void closing.push(act),
    async close() {
      for (const act of closing) await act();
      await pool.query(EMPTY);
      await pool.end();
      idle.push(database);
      rmSync(root, { recursive: true });
    },
  };
}

/** Its locks go when PostgreSQL hears that it is closed, which on a busy machine comes after the next run has begun. */
async function sessionEnds(pool: Pool, pid: number): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query('select from pg_stat_activity where pid = $1', [pid]);
    if (!rowCount) return;
    await sleep(10);
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** A manifest in XML of files by their paths. */
export const manifestOf = (...paths: string[]) =>
  `<batch user="anna@agency" collection="photos">${paths.map((each) => `<file path="${each}"/>`).join('')}</batch>`;
