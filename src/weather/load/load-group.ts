import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { PoolClient } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import { writeAtomically, syncFolder } from '../../files/atomic-write.ts';
import { sidecarOf } from '../files/claim-file.ts';
import { TargetNames } from '../../intake/target-names.ts';
import { moveToFinalPath, REPORTS } from '../files/final-path.ts';
import { remove, type FolderMaker } from '../../files/move.ts';
import { identify } from '../../intake/file-identity.ts';
import type { WeatherSettings } from '../weather-settings.ts';
import { openIncidents } from '../../incidents/write-incidents.ts';
import type { ReadFile } from './load-input.ts';
import { decideOutcome, type FileOutcome } from './load-outcome.ts';
import type { Observation } from './reading.ts';
import type { RowBuffer } from './copy-rows.ts';
import { nameOf, type Folders } from './load-settings.ts';
import { forgetStations, registerStations, type Station } from './known-stations.ts';
import { forgetReturned, heldPath, watchAt, watchLoaded, type LoadedFile } from './watch-loaded.ts';
import {
  lockLoaders,
  takeFileIds,
  writeAggregates,
  writeDirtyHours,
  writeLedger,
  writeObservations,
  type DirtyHours,
} from './write.ts';

/** What storing a group needs beside the files. */
export interface StoreContext {
  db: PoolClient;
  task: string;
  run: string;
  folders: Folders;
  weather: WeatherSettings;
  /** How long a file must stay the same, ms. */
  stableFor: number;
  /** A rehearsal: files stay where they are. */
  tmp: boolean;
}

/**
 * Writes a group of files that were read, in one transaction: observations, ledger, hours to recompute,
 * aggregates of stations, incidents. The reports of what was refused are on disk before it commits.
 */
export async function storeGroup(
  context: StoreContext,
  files: readonly ReadFile[],
  rows: RowBuffer,
): Promise<FileOutcome[]> {
  const { db } = context;
  const fresh = newStations(files);
  return inTransaction(db, async () => {
    await lockLoaders(db);
    await registerStations(db, context.weather, fresh);
    const ids = await takeFileIds(db, files.length);
    const idOf = new Map(files.map((file, index) => [file.reading, ids[index]!]));
    const fileIdOf = ({ reading }: Observation) => idOf.get(reading)!;
    const dirty: DirtyHours = new Map();
    const observations = files.flatMap(({ reading }) => reading.observations);
    await writeObservations(db, rows, observations, fileIdOf, dirty);
    const aggregates = files.flatMap(({ reading }) =>
      reading.aggregates.map((aggregate) => ({ ...aggregate, file: idOf.get(reading)! })),
    );
    for (const { reading } of files) reading.stored += reading.aggregates.length;
    await writeAggregates(db, aggregates, dirty);
    await writeDirtyHours(db, dirty);
    return settleOutcomes(context, files, ids);
  }).catch((error: unknown) => {
    forgetStations(fresh);
    throw error;
  });
}

/** The last part of a transaction: decides what becomes of the files and writes ledger, reports, incidents. */
export async function settleOutcomes(
  { db, task, run, folders, stableFor, tmp }: StoreContext,
  files: readonly ReadFile[],
  ids: readonly number[],
): Promise<FileOutcome[]> {
  // What a group chose has been moved there before the next one chooses.
  const targetNames = tmp ? undefined : new TargetNames(REPORTS);
  const outcomes = files.map((file, index) => decideOutcome(file, ids[index]!, run, folders, targetNames));
  await writeLedger(
    db,
    run,
    outcomes.map(({ ledger }) => ledger),
  );
  if (!tmp) {
    await openIncidents(
      db,
      { task, kind: 'loadJson', run },
      outcomes.flatMap(({ incident }) => incident ?? []),
    );
    for (const { ledger, report } of outcomes) {
      if (report) writeAtomically(sidecarOf(folders.work, ledger.claim)[report.kind], report.text);
    }
    const watched = outcomes.flatMap(({ ledger: { id }, state, target }, index): LoadedFile[] => {
      const { seen } = files[index]!;
      return seen && target !== null ? [{ id, failed: state === 'failed', target, seen }] : [];
    });
    await watchLoaded(db, task, watched, stableFor);
    await forgetReturned(
      db,
      task,
      folders,
      files.flatMap(({ returned }) => returned ?? []),
    );
    // The claims must not fall back into the inbox, with a power cut, once their rows are committed.
    const claimed = new Set(files.map((file) => path.dirname(file.path)));
    for (const folder of claimed) syncFolder(folder);
  }
  return outcomes;
}

/** Moves the files of a committed group to their places; safe to repeat. */
export async function finishFiles(
  { db, task, folders, stableFor }: Pick<StoreContext, 'db' | 'task' | 'folders' | 'stableFor'>,
  files: readonly { id: number; claim: string; state: string; target: string }[],
  maker: FolderMaker,
): Promise<void> {
  for (const { id, claim, state, target } of files) {
    const kind = state === 'failed' ? 'error' : 'rejects';
    const source = path.join(folders.work, claim);
    await moveToFinalPath(
      {
        source,
        target,
        sidecar: state === 'loaded' ? undefined : { source: sidecarOf(folders.work, claim)[kind], kind },
        release: stableFor > 0 ? (final) => release({ db, task, folders }, id, source, final) : undefined,
      },
      maker,
      async (renamed) => {
        await db.query(
          `with moved as (update file set final_path = $2 where id = $1 returning final_path)
           update regie.incident i set subject = $2
           where i.subject = $3 and (i.details ->> 'file')::bigint = $1 and state <> 'resolved'
             and not exists (select from regie.incident o where o.task = i.task and o.subject = $2 and o.state <> 'resolved')`,
          [id, nameOf(folders, renamed), nameOf(folders, target)],
        );
        await watchAt(db, task, id, renamed);
      },
    );
  }
}

/** Ends the claim of a file; one of which a copy was made, on another disk, is kept as long as it is watched. */
async function release(
  { db, task, folders }: Pick<StoreContext, 'db' | 'task' | 'folders'>,
  id: number,
  source: string,
  final: string,
): Promise<void> {
  const inode = identify(source)?.inode;
  if (inode === undefined || inode === identify(final)?.inode) return remove(source);
  const held = heldPath(folders, id);
  mkdirSync(path.dirname(held), { recursive: true });
  // Before the rename, which is repeated after a crash.
  if (await watchAt(db, task, id, held)) renameSync(source, held);
  else remove(source);
}

/** Stations without a row yet, of files that have something to store. */
export function newStations(files: readonly Pick<ReadFile, 'reading'>[]): Station[] {
  const fresh = new Set<Station>();
  for (const { reading } of files) {
    const { station, observations, aggregates } = reading;
    if (station?.id === 0 && observations.length + aggregates.length > 0) fresh.add(station);
    if (reading.several) for (const each of observations) if (each.station.id === 0) fresh.add(each.station);
  }
  return [...fresh];
}
