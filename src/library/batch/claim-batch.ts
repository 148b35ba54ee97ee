import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { syncFolder } from '../../files/atomic-write.ts';
import { exists } from '../../files/move.ts';
import { isGone } from '../../files/scan.ts';
import { ANSWER_FILE } from './answer/answer-file.ts';
import { batchIdOf, isBatchId } from './ids.ts';
import { openBatch, readBatch } from './batch-ledger.ts';
import type { BatchSettings, Folders } from './batch-settings.ts';
import { readSmallFile } from './small-file.ts';
import { READY_FILE, type Waiting } from './survey-drop.ts';

/** A batch that this task has taken out of the drop: it stands in `.work/<id>/<name>` until it is moved on. */
export interface Claim {
  id: string;
  name: string;
  /** Absolute. */
  folder: string;
}

/** The batches that stand in the work folder: those of a run that was cut off, or stopped. */
export function listClaims(work: string): Claim[] {
  return list(work)
    .filter(isBatchId)
    .flatMap((id) =>
      list(path.join(work, id)).map((name) => ({ id, name, folder: path.join(work, id, name) })),
    );
}

/**
 * Takes a batch out of the drop: writes its row, then moves its folder, so that whoever is killed in between takes it
 * again. Undefined when the folder is gone, or when the same batch is being taken already.
 */
export async function claim(
  db: ClientBase,
  { drop, work }: Pick<Folders, 'drop' | 'work'>,
  task: string,
  batch: Waiting,
  { marker }: Pick<BatchSettings, 'marker'> = {},
): Promise<Claim | undefined> {
  const id = await identify(db, drop, task, batch);
  const own = path.join(work, id);
  if (list(own).length > 0) return undefined;
  await openBatch(db, { id, task, name: batch.name });
  mkdirSync(own, { recursive: true, mode: 0o700 });
  if (marker !== undefined) takeMarker(drop, batch.name, marker);
  const folder = path.join(own, batch.name);
  try {
    renameSync(path.join(drop, batch.name), folder);
  } catch (error) {
    if (!isGone(error)) throw error;
    leave(work, id);
    return undefined;
  }
  syncFolder(own);
  syncFolder(drop);
  return { id, name: batch.name, folder };
}

/** The marker goes with its batch: from now on the folder says itself that it is complete. */
function takeMarker(drop: string, name: string, marker: string): void {
  try {
    renameSync(path.join(drop, name + marker), path.join(drop, name, READY_FILE));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Removes a claim's own folder once its batch has moved on. */
export function leave(work: string, id: string): void {
  try {
    rmdirSync(path.join(work, id));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Removes what a run that was cut off has left of claims without a batch. */
export function sweepClaims(work: string): void {
  for (const id of list(work).filter(isBatchId)) if (list(path.join(work, id)).length === 0) leave(work, id);
}

/**
 * Which batch is it? By the id that its manifest gives; else one of ours that is put back, by the answer in its folder;
 * else by the id that its folder is named for; else a new one.
 */
async function identify(
  db: ClientBase,
  drop: string,
  task: string,
  { name, found }: Waiting,
): Promise<string> {
  if (found.state === 'good' && found.manifest.id !== undefined)
    return batchIdOf(task, 'manifest', found.manifest.id);
  const answered = answeredId(path.join(drop, name));
  for (const id of [answered, name]) {
    if (id === undefined || !isBatchId(id)) continue;
    const row = await readBatch(db, id);
    // A copy of a batch that is still where it was put is another batch; so is another task's.
    const copied = id === answered && (row === undefined || (row.target !== null && exists(row.target)));
    if (!copied && (row === undefined || row.task === task)) return id;
  }
  return randomUUID();
}

const MOST_ANSWER_BYTES = 64 * 2 ** 20;

function answeredId(folder: string): string | undefined {
  try {
    const { batch } = JSON.parse(
      readSmallFile(path.join(folder, ANSWER_FILE), MOST_ANSWER_BYTES).toString(),
    ) as { batch?: unknown };
    return typeof batch === 'string' ? batch : undefined;
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}
