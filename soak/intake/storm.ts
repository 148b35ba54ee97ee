import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomOf } from '../../src/sampling/random.ts';
import { findFtpServer } from '../../test/transfer/support/ftp-servers.ts';
import { Installation } from '../installation.ts';
import type { Journal } from '../journal.ts';
import { compare } from './accounts.ts';
import { folders, intakeConfig } from './config.ts';
import { Expected } from './expected.ts';
import { uploadFiles, writeBatches, writeFiles, writeObservations, type WriterContext } from './writers.ts';

export interface StormOptions {
  minutes: number;
  writers: number;
  seed: string;
  /** Seconds between two kills. */
  killEvery: number;
}

export interface StormResult {
  files: number;
  observations: number;
  kills: Record<string, number>;
  /** Weather files that were refused: halves of writers that died. */
  refused: number;
  /** Files of the work folders and drops that are left. */
  left: string[];
  faults: string[];
  /** How long it took until all was in place, s. */
  drained: number;
}

/** After the last writer: long enough for pauses, second looks and what was killed. */
const DRAIN_MS = 300_000;

/**
 * Writers that stall for longer than the settings, rename, replace and die, into every way in, while processes are killed
 * with -9; then what must be there is compared with what is. An FTP server of the machine's packages is needed.
 */
export async function storm(
  root: string,
  { minutes, writers, seed, killEvery }: StormOptions,
  journal: Journal,
): Promise<StormResult> {
  const found = await findFtpServer('vsftpd');
  if ('missing' in found) throw new Error(found.missing);
  const server = await found.start({});
  const expected = new Expected();
  process.env['SOAK_FTP_PASSWORD'] = server.password;
  const installation = await Installation.make(root, intakeConfig(server), journal);
  for (const folder of [folders.hotfolder, folders.drop, 'pulled'])
    mkdirSync(path.join(root, folder), { recursive: true });
  for (const folder of [folders.hotfolder, 'pulled'])
    writeFileSync(path.join(root, folder, '.phrasea.xml'), '');
  const kills: Record<string, number> = {};
  try {
    await installation.start(AbortSignal.timeout(240_000));
    const over = AbortSignal.timeout(minutes * 60_000);
    const at = (name: string, folder: string): WriterContext => ({
      folder: path.join(root, folder),
      expected,
      random: randomOf('writer', seed, name),
      signal: over,
    });
    const share = (part: number) => Array.from({ length: Math.ceil(writers * part) }, (_, n) => n);
    const failed: string[] = [];
    const all = [
      ...share(0.4).map((n) => writeFiles(`hot${n}`, at(`hot${n}`, folders.hotfolder))),
      ...share(0.25).map((n) => writeObservations(String(n), at(`obs${n}`, folders.inbox))),
      ...share(0.15).map((n) => writeBatches(`batch${n}`, at(`batch${n}`, folders.drop))),
      ...share(0.2).map((n) => uploadFiles(`ftp${n}`, server, at(`ftp${n}`, '.'))),
    ].map((writer) =>
      writer.catch((error: unknown) => void failed.push(`a writer failed: ${String(error)}`)),
    );
    const random = randomOf('kill', seed);
    const victims = ['up', 'worker', 'worker of up', 'PostgreSQL', 'Temporal'] as const;
    while (!over.aborted) {
      await sleep(killEvery * 1_000, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) break;
      const victim = victims[Math.floor(random() * victims.length)]!;
      const killed =
        victim === 'up' || victim === 'worker'
          ? installation[victim].kill()
          : (await installation.killChild(victim)) !== undefined;
      if (killed) kills[victim] = (kills[victim] ?? 0) + 1;
      journal.tell(killed ? 'killed' : 'not there to be killed', { victim });
    }
    await Promise.all(all);
    journal.tell('the last writer has ended', {
      files: expected.originals.size,
      observations: expected.observations.size,
    });
    const began = Date.now();
    let faults: string[] = [];
    do {
      await sleep(5_000);
      faults = await installation
        .databaseUrl()
        .then((url) => compare(url, expected))
        .catch((error: unknown) => [`cannot be compared: ${String(error)}`]);
      journal.note('compared', { faults: faults.length });
    } while (faults.length > 0 && Date.now() - began < DRAIN_MS);
    const drained = (Date.now() - began) / 1_000;
    const left = leftIn(root);
    faults.push(...failed, ...left.map((file) => `left over: ${file}`), ...(await installation.stop()));
    return {
      files: expected.originals.size,
      observations: expected.observations.size,
      kills,
      refused: countFiles(path.join(root, 'data/weather/failed')),
      left,
      faults,
      drained,
    };
  } finally {
    await Promise.all(installation.services.map((service) => service.stop().catch(() => undefined)));
    await server.remove();
  }
}

/** What still lies where files come in or are worked on. */
function leftIn(root: string): string[] {
  const here = [folders.hotfolder, folders.inbox, folders.drop, 'pulled', 'data/weather/work'];
  return here.flatMap((folder) => {
    const full = path.join(root, folder);
    if (!existsSync(full)) return [];
    return readdirSync(full, { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && !entry.name.startsWith('.') && !entry.parentPath.endsWith('.regie'),
      )
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  });
}

/** Those with a report beside them. */
function countFiles(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.error.json'),
  ).length;
}
