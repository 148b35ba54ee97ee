import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool, PoolClient } from 'pg';
import type { Config } from '../../../src/task/config.ts';
import { openPool } from '../../../src/store/connection.ts';
import type { Progress, Report, WorkContext } from '../../../src/task/kind.ts';
import type { RunOptions } from '../../../src/task/status.ts';
import { load } from '../../../src/weather/load/load-run.ts';
import {
  loadFolders,
  loadSettingsWith,
  type Folders,
  type LoadSettings,
} from '../../../src/weather/load/load-settings.ts';
import { weatherSection } from '../../../src/weather/weather-settings.ts';
import { afterAll } from 'vitest';
import { bareConfig } from '../../support/bare-config.ts';
import { freshDatabase, type TestDatabase } from '../../support/postgres.ts';

export interface LoaderOptions {
  weather?: Record<string, unknown>;
  settings?: Record<string, unknown>;
}

/** A loader of a test: a database and folders of its own, and the port that the engine would be. */
export interface Loader {
  /** Of the database. */
  url: string;
  root: string;
  folders: Folders;
  pool: Pool;
  /** Lines traced by the runs. */
  traced: string[];
  progress: Progress[];
  config: Config;
  settings: LoadSettings;
  /** Writes a file into the inbox as stations' uploads end: under a hidden name, then renamed. */
  put(name: string, content: unknown): void;
  run(options?: RunOptions & RunPort): Promise<Report>;
  /** Files below a folder, sorted. */
  files(folder: string): string[];
  query<R>(sql: string, values?: unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

interface RunPort {
  /** The run's workflow id; a new one when left out. */
  id?: string;
  shouldStop?: () => boolean;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Sees the session before the run gets it. */
  onSession?: (db: PoolClient) => void;
}

export const twoStations = { stations: { MTG280: {}, MTG320: {} } };

/** Databases of closed loaders, empty again: making one takes longer than most tests. */
const idle: TestDatabase[] = [];
afterAll(async () => {
  for (const database of idle.splice(0)) await database.drop();
});

const EMPTY = `truncate weather.station, weather.file, weather.observation, weather.dirty_hour,
                        weather.station_aggregate, weather.aggregate, regie.incident, regie.watched_file, weather.exclusion
                        restart identity;
               drop schema if exists weather_tmp cascade`;

export async function openLoader(options: LoaderOptions = {}): Promise<Loader> {
  const database = idle.pop() ?? (await freshDatabase());
  const pool = openPool(database.url, { max: 3 });
  const root = mkdtempSync(path.join(tmpdir(), 'regie-load-'));
  const config = bareConfig(root, { weather: options.weather ?? twoStations });
  const settings = loadSettingsWith(weatherSection.of(config).formats).parse({
    stableFor: 0,
    ...options.settings,
  });
  const folders = loadFolders(root, settings);
  mkdirSync(folders.inbox, { recursive: true });
  const traced: string[] = [];
  const progress: Progress[] = [];
  let runs = 0;
  const loader: Loader = {
    url: database.url,
    root,
    folders,
    pool,
    traced,
    progress,
    config,
    settings,
    put(name, content) {
      const target = path.join(folders.inbox, name);
      mkdirSync(path.dirname(target), { recursive: true });
      const draft = path.join(path.dirname(target), '.upload');
      writeFileSync(draft, typeof content === 'string' ? content : JSON.stringify(content));
      renameSync(draft, target);
    },
    async run({ id, shouldStop = () => false, signal, onProgress, onSession, ...runOptions } = {}) {
      const db: PoolClient = await pool.connect();
      onSession?.(db);
      runs += 1;
      const ctx: WorkContext<LoadSettings> = {
        task: 'svcLoadJson',
        settings,
        config: loader.config,
        db,
        signal: signal ?? new AbortController().signal,
        progress(each) {
          progress.push(each);
          onProgress?.(each);
        },
        trace: (text) => void traced.push(text),
        traced: true,
        changed: () => undefined,
        incident: async () => undefined,
        resolved: async () => undefined,
        shouldStop: async () => shouldStop(),
        run: id ?? `run/svcLoadJson-${runs}`,
        options: runOptions,
        nominal: new Date(),
      };
      try {
        return await load(ctx);
      } finally {
        // A session that was cut off must not go back to the pool.
        const { connection } = db as unknown as { connection: { stream: { destroyed: boolean } } };
        db.release(connection.stream.destroyed);
      }
    },
    files: (folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .sort(),
    async query<R>(sql: string, values?: unknown[]) {
      return (await pool.query(sql, values)).rows as R[];
    },
    async close() {
      await pool.query(EMPTY);
      await pool.end();
      idle.push(database);
      rmSync(root, { recursive: true });
    },
  };
  return loader;
}

/** An entry of layout A. */
export function entryA(meteor: string, ...data: unknown[]): unknown {
  return { meteor, version: 2, info: { title: 'JSON pour BDClimato' }, data };
}

/** An item of layout A. */
export function itemA(
  stop: string,
  measures: Record<string, unknown>,
  more: Record<string, unknown> = {},
): unknown {
  return { stop_dat: stop, current: { duration: 5, ...measures }, ...more };
}
