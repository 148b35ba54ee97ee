import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool, PoolClient } from 'pg';
import { afterAll } from 'vitest';
import { openPool } from '../../../src/store/connection.ts';
import type { Progress, Report, WorkContext } from '../../../src/task/kind.ts';
import type { RunOptions } from '../../../src/task/status.ts';
import { poll } from '../../../src/transfer/pull/poll-source.ts';
import { pull } from '../../../src/transfer/pull/pull.ts';
import {
  pullFolders,
  pullSettings,
  type Folders,
  type PullSettings,
} from '../../../src/transfer/pull/pull-settings.ts';
import { bareConfig } from '../../support/bare-config.ts';
import { freshDatabase, type TestDatabase } from '../../support/postgres.ts';
import type { FtpServer } from '../support/ftp-servers.ts';
import { below } from './below.ts';

/** A pull of a test: a database and folders of its own, and the port that the engine would be. */
export interface Puller {
  url: string;
  root: string;
  folders: Folders;
  settings: PullSettings;
  pool: Pool;
  traced: string[];
  progress: Progress[];
  /** How often a run said that it had changed something. */
  readonly changes: number;
  run(options?: RunOptions & RunPort): Promise<Report>;
  poll(): Promise<{ work: boolean; blockedBy?: string }>;
  /** Files in the local folder, with their content. */
  files(): Record<string, string>;
  /** Names of files in the work folder that hold fetched bytes. */
  parts(): string[];
  put(name: string, content: string): void;
  query<R>(sql: string, values?: unknown[]): Promise<R[]>;
  /** The same folders and database with other settings. */
  with(settings: Record<string, unknown>): Puller;
  close(): Promise<void>;
}

interface RunPort {
  shouldStop?: () => boolean;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Sees the session before the run gets it. */
  onSession?: (db: PoolClient) => void;
}

/** Databases of closed pullers, empty again: making one takes longer than most tests. */
const idle: TestDatabase[] = [];
afterAll(async () => {
  for (const database of idle.splice(0)) await database.drop();
});

/** The environment variable from which tests have a task read a password. */
export function secretOf(password: string): string {
  const name = `REGIE_TEST_FTP_${Buffer.from(password).toString('hex').toUpperCase()}`;
  process.env[name] = password;
  return `env:${name}`;
}

/** Settings that reach a test's server. */
export function settingsFor(server: FtpServer): Record<string, unknown> {
  return {
    host: server.host,
    port: server.port,
    user: server.user,
    password: secretOf(server.password),
    remotePath: server.directory,
    ...(server.authority === undefined ? {} : { ca: server.authority }),
  };
}

/** Opens a pull from `server`, or from whatever `settings` say. Nothing has to settle unless a test says so. */
export async function openPuller(
  server: FtpServer | undefined,
  settings: Record<string, unknown> = {},
): Promise<Puller> {
  const database = idle.pop() ?? (await freshDatabase());
  const pool = openPool(database.url, { max: 3 });
  const root = mkdtempSync(path.join(tmpdir(), 'regie-pull-'));
  const base = { stableFor: 0, localPath: 'hot', ...(server ? settingsFor(server) : {}) };
  const puller = make(database.url, pool, root, { ...base, ...settings });
  return {
    ...puller,
    get changes() {
      return puller.changes;
    },
    async close() {
      await pool.query('truncate transfer.source, regie.incident cascade');
      await pool.end();
      idle.push(database);
      rmSync(root, { recursive: true });
    },
  };
}

function make(url: string, pool: Pool, root: string, input: Record<string, unknown>): Puller {
  const settings = pullSettings.parse(input);
  const folders = pullFolders(root, settings);
  const config = bareConfig(root);
  const traced: string[] = [];
  const progress: Progress[] = [];
  let changes = 0;
  let runs = 0;
  return {
    url,
    root,
    folders,
    settings,
    pool,
    traced,
    progress,
    get changes() {
      return changes;
    },
    async run({ shouldStop = () => false, signal, onProgress, onSession, ...options } = {}) {
      const db = await pool.connect();
      onSession?.(db);
      runs += 1;
      const ctx: WorkContext<PullSettings> = {
        task: 'ftp-pull',
        settings,
        config,
        db,
        signal: signal ?? new AbortController().signal,
        progress(each) {
          progress.push(each);
          onProgress?.(each);
        },
        trace: (text) => void traced.push(text),
        traced: true,
        changed: () => void (changes += 1),
        incident: async () => undefined,
        resolved: async () => undefined,
        shouldStop: async () => shouldStop(),
        run: `run/ftp-pull-${runs}`,
        options,
        nominal: new Date(),
      };
      try {
        return await pull(ctx);
      } finally {
        db.release(true);
      }
    },
    async poll() {
      const db = await pool.connect();
      try {
        return await poll({ task: 'ftp-pull', settings, config, db });
      } finally {
        db.release();
      }
    },
    files: () =>
      Object.fromEntries(
        below(folders.local).map((name) => [name, readFileSync(path.join(folders.local, name), 'latin1')]),
      ),
    parts: () => below(folders.work).filter((name) => name.endsWith('.part')),
    put(name, content) {
      const file = path.join(folders.local, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    },
    query: async <R>(sql: string, values?: unknown[]) => (await pool.query(sql, values)).rows as R[],
    with: (other) => make(url, pool, root, { ...input, ...other }),
    close: async () => undefined,
  };
}
