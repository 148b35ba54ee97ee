import { statSync } from 'node:fs';
import path from 'node:path';
import type { Client } from 'pg';
import type { Calendar } from '../task/calendar.ts';
import type { Installation } from '../task/installation.ts';
import type { WorkContext } from '../task/kind.ts';
import { targetSchema } from './api/target.ts';
import { describe } from './host/host.ts';
import type { Description, ExportJob, Sources } from './host/job.ts';
import { exportDefaultsSection, sourcesSection, type ExportSettings } from './export-settings.ts';
import { resolveSource } from './sources/sources-section.ts';
import { calendarOf } from './period.ts';

/** The task of an export, and the installation that it belongs to. */
export interface ExportTask {
  task: string;
  settings: ExportSettings;
  config: Installation;
}

/** A run of an export. */
export type ExportRun = WorkContext<ExportSettings>;

/** How long a fault is kept, ms. */
const FAULT_KEPT_MS = 1_000;

/** What a module last said of itself, by the module and how it was on disk then: each look costs a process. */
const known = new Map<string, { version: string; description: Promise<Description> }>();

/**
 * What an export's module says of itself. Asked again when the file has changed.
 * @throws {BrokenExport} naming the export, the place and the fault.
 */
export function described(which: ExportTask): Promise<Description> {
  const job = jobOf(which);
  const found = statSync(job.module, { throwIfNoEntry: false });
  const version = found ? `${found.mtimeMs} ${found.size} ${found.ino}` : 'absent';
  const key = `${which.task} ${job.module}`;
  const last = known.get(key);
  if (last?.version === version) return last.description;
  const description = limitConcurrency(() => describe(job));
  known.set(key, { version, description });
  // A fault may lie in a file that the module imports, or in the machine's having been busy: it is looked at again, but not by
  // the next question of the same moment, or a module that hangs would hold up a start twice as long.
  description.catch(() => setTimeout(() => forget(key, description), FAULT_KEPT_MS).unref());
  return description;
}

/** So many modules are loaded at once: each takes a process for half a second, and an installation may have dozens. */
const AT_ONCE = 4;
let loading = 0;
const waiting: (() => void)[] = [];

async function limitConcurrency<T>(load: () => Promise<T>): Promise<T> {
  if (loading >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else loading += 1;
  try {
    return await load();
  } finally {
    // Its place goes to the next one.
    const next = waiting.shift();
    if (next) next();
    else loading -= 1;
  }
}

/** The file may have been mended meanwhile, and be known anew. */
function forget(key: string, description: Promise<Description>): void {
  if (known.get(key)?.description === description) known.delete(key);
}

/** When the export ticks. Of a broken one nobody knows: it ticks at the usual hours, and each run tells what is wrong. */
export async function exportCalendar(which: ExportTask): Promise<Calendar> {
  try {
    return calendarOf((await described(which)).target);
  } catch {
    return calendarOf(targetSchema.parse({}));
  }
}

/** The export as its process needs it. */
export function jobOf({ task, settings, config }: ExportTask): ExportJob & { timeout: number } {
  const { root } = config;
  const exportDefaults = exportDefaultsSection.of(config);
  return {
    name: task,
    campaign: settings.campaign,
    module: path.resolve(root, settings.module),
    root,
    memory: settings.memory ?? exportDefaults.memory,
    loadWithin: exportDefaults.loadWithin,
    timeout: settings.timeout ?? exportDefaults.timeout,
  };
}

/** The databases that the configuration names; their secrets are resolved when an export reads from them. */
export function sourcesFrom(config: Installation, own: () => Promise<string>): Sources {
  const sources = sourcesSection.of(config);
  return {
    names: Object.keys(sources),
    config: config.file,
    connect: (name) => resolveSource(sources[name]!, { root: config.root, ownDatabase: own }),
  };
}

/** The same for a run, which is connected to Regie's own database. */
export function sourcesOf({ config, db }: Pick<ExportRun, 'config' | 'db'>): Sources {
  return sourcesFrom(config, () => Promise.resolve(ownDatabaseUrl(db)));
}

/** What a connection of `pg` knows of itself; the types tell it of a client alone, not of a pool's. */
type Login = Pick<Client, 'host' | 'port' | 'user' | 'password' | 'database'>;

/** Where Regie's own database is, as this connection reached it. */
function ownDatabaseUrl({ host, port, user, password, database }: Login): string {
  const given = process.env['DATABASE_URL'];
  if (given) return given;
  const url = new URL('postgres://localhost');
  url.hostname = host;
  url.port = String(port);
  url.username = user ?? '';
  url.password = typeof password === 'string' ? password : '';
  url.pathname = `/${database ?? ''}`;
  return url.href;
}
